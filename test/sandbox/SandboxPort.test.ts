import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { createServer } from "node:http"
import { networkInterfaces } from "node:os"
import { startSandbox } from "./SandboxClient.ts"

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1")
)

const occupy = (host: string, port: number) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer()
      server.listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

const jwks = (host: string, port: number) =>
  Effect.map(HttpClient.get(`http://${host}:${port}/jwks`), (response) => response.status).pipe(
    Effect.provide(FetchHttpClient.layer)
  )

describe("the sandbox's port", () => {
  it.effect("answers under every address localhost may resolve to", () =>
    Effect.gen(function* () {
      const { port } = yield* startSandbox()
      for (const host of ["localhost", "127.0.0.1", ...(hasIpv6 ? ["[::1]"] : [])]) {
        assert.strictEqual(yield* jwks(host, port), 200, host)
      }
    })
  )

  it.effect("when in use is refused, naming SANDBOX_PORT", () =>
    Effect.gen(function* () {
      const { port } = yield* startSandbox()
      const failure = yield* Effect.flip(startSandbox({ port }))
      assert.strictEqual(failure.reason, "port_in_use")
      assert.include(failure.message, `port ${port} is in use`)
      assert.include(failure.message, "SANDBOX_PORT")
    })
  )

  it.effect("is refused too when another program has it under IPv6 alone", () =>
    Effect.gen(function* () {
      if (!hasIpv6) return
      const { port } = yield* Effect.scoped(startSandbox())
      yield* occupy("::1", port)
      assert.strictEqual((yield* Effect.flip(startSandbox({ port }))).reason, "port_in_use")
    })
  )

  it.effect("is free again as soon as the scope closes, whatever connections were open", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(Effect.tap(startSandbox(), (sandbox) => jwks("localhost", sandbox.port)))
      assert.strictEqual((yield* startSandbox({ port })).port, port)
    })
  )
})
