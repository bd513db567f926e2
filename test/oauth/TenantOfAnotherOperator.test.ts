import type { EndpointOverrides, RegisteredProvider } from "@oauth-manager/application"
import microsoft from "@oauth-manager/provider-microsoft"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { json, reply, silence } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { clientLayer, exchange, neededEndpoints, overHttp, shown, until } from "./OAuthFixture.ts"
import { deployed } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const ours = "72f988bf-86f1-41af-91ab-2d7cd011db47"
const theirs = "11111111-2222-4333-8444-555555555555"

const issuerOf = (server: Server, tenant: string) => `${server.issuer}/${tenant}/v2.0`

const signIn = (server: Server, tenant: string, iss = issuerOf(server, tenant)) => {
  server.claims = { nonce: "n", iss, tid: tenant, oid: "o1", email: undefined }
}

const inPlace = (server: Server, issuer: string, tenant = "common", overrides: EndpointOverrides = {}) =>
  deployed(microsoft, { overrides: { ...neededEndpoints(server.issuer), issuer, ...overrides }, settings: { tenant } })

const outcome = (provider: RegisteredProvider) =>
  Effect.match(exchange(provider), { onSuccess: ({ account }) => account.id, onFailure: shown })

describe("the issuer of one tenant, in Microsoft's place", () => {
  const withoutMetadata = [
    ["not there", reply(404)],
    ["down", reply(503)],
    ["those of somebody else", json({ issuer: "https://evil.test" })]
  ] as const
  for (const [what, answer] of withoutMetadata) {
    overHttp(`vouches for that tenant alone where its metadata are ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.on("discovery", () => answer)
        const provider = inPlace(server, issuerOf(server, ours))
        signIn(server, theirs)
        assert.strictEqual(yield* outcome(provider), "IdentityRejected")
        signIn(server, ours)
        assert.strictEqual(yield* outcome(provider), `${ours}:o1`)
      })
    )
  }

  it.effect("vouches for that tenant alone where its metadata do not come", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => silence)
      signIn(server, theirs)
      const fiber = yield* Effect.forkChild(outcome(inPlace(server, issuerOf(server, ours))), {
        startImmediately: true
      })
      yield* until(() => server.count("discovery") === 1)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "IdentityRejected")
    }).pipe(Effect.provide(clientLayer(), { local: true }))
  )

  overHttp("stays exact however it is written", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => reply(404))
      signIn(server, theirs)
      for (const path of [`/${ours}/v2.0/`, `/${ours}`, `/${ours}/`, "/organizations/v2.0", "/contoso.example/v2.0"]) {
        assert.strictEqual(yield* outcome(inPlace(server, `${server.issuer}${path}`)), "IdentityRejected", path)
      }
    })
  )

  overHttp("vouches for no other where the settings name that tenant too", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => reply(404))
      const provider = inPlace(server, issuerOf(server, ours), ours)
      signIn(server, theirs)
      assert.strictEqual(yield* outcome(provider), "IdentityRejected")
      signIn(server, ours)
      assert.strictEqual(yield* outcome(provider), `${ours}:o1`)
    })
  )
})

describe("an issuer of many tenants, in Microsoft's place", () => {
  for (const [path, tenant] of [
    ["", "common"],
    ["/", "common"],
    ["/common/v2.0", "common"],
    ["/organizations/v2.0", "organizations"],
    ["/{tenantid}/v2.0", "common"]
  ] as const) {
    overHttp(`named ${path === "" ? "by its origin" : path} where the setting is ${tenant}, vouches for each`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        for (const status of [404, 503]) {
          server.on("discovery", () => reply(status))
          const provider = inPlace(server, `${server.issuer}${path}`, tenant)
          for (const one of [ours, theirs]) {
            signIn(server, one)
            assert.strictEqual(yield* outcome(provider), `${one}:o1`)
          }
          signIn(server, ours, issuerOf(server, theirs))
          assert.strictEqual(yield* outcome(provider), "IdentityRejected")
        }
      })
    )
  }
})
