import { HttpServer, RateLimits } from "@oauth-manager/http/server"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Logger } from "effect"
import { HttpServer as Server } from "effect/http"
import { createServer } from "node:http"
import { connect } from "node:net"
import { providers } from "../application/Providers.ts"
import { layerOf } from "../application/TestApplication.ts"
import { Ready } from "./TestApi.ts"
import * as TestCallers from "./TestCallers.ts"

/** The API on a port of its own, as a server runs it. */
export const layer = HttpServer.layer().pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(
    Layer.mergeAll(
      layerOf(providers),
      TestCallers.layer,
      NodeCrypto.layer,
      Ready,
      RateLimits.layerNone,
      Logger.layer([])
    )
  )
)

const port = Server.HttpServer.use(({ address }) => Effect.succeed("port" in address ? address.port : 0))

/** Sends bytes as they are, and gives all that comes back until the server closes or falls silent. */
export const exchange = (bytes: string): Effect.Effect<string, never, Server.HttpServer> =>
  Effect.flatMap(port, (port) =>
    Effect.promise(
      () =>
        new Promise<string>((resolve, reject) => {
          const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
          let received = ""
          socket.setEncoding("utf8")
          socket.on("data", (chunk) => (received += chunk))
          socket.on("close", () => resolve(received))
          socket.on("error", reject)
        })
    )
  )
