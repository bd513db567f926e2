import { Context, Effect, Layer } from "effect"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { receive } from "./Received.ts"
import type { Simulation } from "./Simulation.ts"
import * as Simulator from "./Simulator.ts"

/** One HTTP server for a whole battery: each simulation has a folder of its own, so that none sees another's requests. */
export class Listener extends Context.Service<
  Listener,
  {
    /** Serves what `make` builds for its origin. */
    readonly host: (make: (origin: string) => Simulation) => Simulation
  }
>()("@oauth-manager/provider-sdk/conformance/simulator/Listener") {}

const listen = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(listener)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

export const layer: Layer.Layer<Listener> = Layer.effect(
  Listener,
  Effect.gen(function* () {
    const simulations: Array<Simulation> = []
    let base = ""
    const serve: RequestListener = async (request, response) => {
      const simulation = simulations[Number(request.url?.split("/")[1])]
      if (simulation === undefined) return void response.writeHead(404).end()
      const answer = await Simulator.answer(simulation, await receive(request, base))
      answer(response)
    }
    const server = yield* listen((request, response) => {
      Promise.resolve(serve(request, response)).catch(() => response.destroy())
    })
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      host: (make) => {
        const simulation = make(`${base}/${simulations.length}`)
        simulations.push(simulation)
        return simulation
      }
    }
  })
)
