import type { RegisteredProvider } from "@oauth-manager/application"
import { Oauth4webapiClient } from "@oauth-manager/oauth"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { json, reply, silence } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import {
  addressOf,
  exchange,
  neededEndpoints,
  overHttp,
  refresh,
  registered,
  revoke,
  shown,
  clientLayer,
  until
} from "./OAuthFixture.ts"

const failureOf = (provider: RegisteredProvider) => Effect.map(Effect.flip(addressOf(provider)), shown)

describe("endpoints", () => {
  overHttp("of the plugin stand, but for the ones overridden", () =>
    Effect.gen(function* () {
      const address = yield* addressOf(registered({ authorizationEndpoint: "https://proxy.test/auth" }))
      assert.strictEqual(address, "https://proxy.test/auth")
      assert.strictEqual(
        yield* addressOf(registered({ tokenEndpoint: "https://proxy.test/token" })),
        "https://accounts.google.com/o/oauth2/v2/auth"
      )
    })
  )

  overHttp("stay the plugin's when its own issuer is named, with its aliases", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n", iss: "accounts.google.com" }
      const provider = registered({ issuer: "https://accounts.google.com", ...neededEndpoints(server.issuer) })
      const { account } = yield* exchange(provider)
      assert.strictEqual(account.key, "https://accounts.google.com#108")
      server.claims = { nonce: "n", iss: "https://accounts.google.com" }
      assert.strictEqual((yield* exchange(provider)).account.key, account.key)
    })
  )

  overHttp("are those of the overridden issuer, which its slash at the end does not change", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n" }
      assert.strictEqual(yield* addressOf(registered({ issuer: server.issuer })), `${server.issuer}/auth`)
      const { account } = yield* exchange(registered({ issuer: `${server.issuer}/` }))
      assert.strictEqual(account.key, `${server.issuer}#108`)
    })
  )

  overHttp("named one by one go before what the issuer's metadata say", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const other = yield* FaultyAuthorizationServer.start
      yield* refresh(registered({ issuer: server.issuer, tokenEndpoint: `${other.issuer}/token` }))
      assert.deepStrictEqual([server.count("token"), other.count("token")], [0, 1])
    })
  )

  overHttp("of a plugin that names an issuer alone come from its metadata", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({}, { location: { kind: "discovery", issuer: server.issuer } })
      assert.strictEqual(yield* addressOf(provider), `${server.issuer}/auth`)
      const insecure = registered({}, { location: { kind: "discovery", issuer: "http://login.test" } })
      assert.strictEqual(yield* failureOf(insecure), "ProviderMisconfigured insecure_endpoint")
    })
  )

  const broken = [
    ["is not there", reply(404), "ProviderMisconfigured discovery_failed"],
    ["is elsewhere", reply(302, "", { location: "/jwks" }), "ProviderMisconfigured redirect"],
    ["is down", reply(503), "ProviderUnavailable server_error"],
    ["is no JSON", reply(200, "<html>"), "ProviderUnavailable unusable_response"],
    ["names no issuer", json({}), "ProviderUnavailable unusable_response"],
    ["names another issuer", json({ issuer: "https://evil.test" }), "ProviderMisconfigured issuer_mismatch"]
  ] as const
  for (const [what, answer, expected] of broken) {
    overHttp(`of an issuer whose metadata ${what}: ${expected}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.on("discovery", () => answer)
        assert.strictEqual(yield* failureOf(registered({ issuer: server.issuer })), expected)
      })
    )

    overHttp(`that are all named do without metadata: where it ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.claims = { nonce: "n", email: undefined }
        server.on("discovery", () => answer)
        const provider = registered({ issuer: server.issuer, ...neededEndpoints(server.issuer) })
        const { account } = yield* exchange(provider)
        assert.deepStrictEqual(account, { key: `${server.issuer}#108`, id: "108", name: "Ada" })
        assert.strictEqual(server.count("userinfo"), 0)
        const revoked = yield* Effect.match(revoke(provider), { onSuccess: String, onFailure: shown })
        assert.strictEqual(revoked, expected.startsWith("ProviderUnavailable") ? expected : "unsupported")
        assert.strictEqual(
          yield* revoke(registered({ ...provider.overrides, revocationEndpoint: `${server.issuer}/revoke` })),
          "revoked"
        )
      })
    )
  }

  it.effect("that are all named wait for metadata no longer than 3 seconds", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n" }
      server.on("discovery", () => silence)
      const provider = registered({ issuer: server.issuer, ...neededEndpoints(server.issuer) })
      const fiber = yield* Effect.forkChild(exchange(provider), { startImmediately: true })
      yield* until(() => server.count("discovery") === 1)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).account.id, "108")
    }).pipe(Effect.provide(clientLayer(), { local: true }))
  )

  overHttp("that the metadata leave out are missed", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => json({ ...server.metadata(), jwks_uri: undefined, revocation_endpoint: "" }))
      const provider = registered({ issuer: server.issuer })
      assert.strictEqual(yield* failureOf(provider), "ProviderMisconfigured endpoint_missing")
      const complete = registered({ ...provider.overrides, jwksUri: `${server.issuer}/jwks` })
      assert.strictEqual(yield* revoke(complete), "unsupported")
    })
  )

  const unfit: ReadonlyArray<readonly [url: string, fault: string]> = [
    ["http://login.test/auth", "insecure_endpoint"],
    ["http://localhost.evil.test/auth", "insecure_endpoint"],
    ["http://10.0.0.1/auth", "insecure_endpoint"],
    ["http://128.0.0.1/auth", "insecure_endpoint"],
    ["http://127.0.0.1.nip.io/auth", "insecure_endpoint"],
    ["http://[::2]/auth", "insecure_endpoint"],
    ["ftp://localhost/auth", "insecure_endpoint"],
    ["javascript:alert(1)", "insecure_endpoint"],
    ["https://user@login.test/auth", "invalid_endpoint"],
    ["https://:pass@login.test/auth", "invalid_endpoint"],
    ["https://login.test/auth#fragment", "invalid_endpoint"],
    ["/auth", "invalid_endpoint"],
    ["", "invalid_endpoint"]
  ]
  for (const [url, fault] of unfit) {
    overHttp(`must be https, or http on loopback, and not "${url}"`, () =>
      Effect.gen(function* () {
        for (const overrides of [{ authorizationEndpoint: url }, { tokenEndpoint: url }, { issuer: url }]) {
          assert.strictEqual(yield* failureOf(registered(overrides)), `ProviderMisconfigured ${fault}`)
        }
        const server = yield* FaultyAuthorizationServer.start
        server.on("discovery", () => json({ ...server.metadata(), token_endpoint: url }))
        const expected = url === "" ? "endpoint_missing" : fault
        assert.strictEqual(yield* failureOf(registered({ issuer: server.issuer })), `ProviderMisconfigured ${expected}`)
      })
    )
  }

  overHttp("may be http on loopback, and https with a query", () =>
    Effect.gen(function* () {
      for (const url of [
        "http://localhost:1/a",
        "http://127.8.9.1/a",
        "http://[::1]:1/a",
        "https://login.test/a?b=c"
      ]) {
        assert.strictEqual(yield* addressOf(registered({ authorizationEndpoint: url })), url.split("?")[0])
      }
    })
  )

  it.effect("may not be http on loopback by the word of an issuer elsewhere", () =>
    Effect.gen(function* () {
      const issuer = "https://login.test"
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: "http://127.0.0.1:1/token",
        jwks_uri: `${issuer}/jwks`
      }
      const elsewhere = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(metadata)))
      )
      const client = Oauth4webapiClient.layer.pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, elsewhere)))
      const refused = failureOf(registered({ issuer })).pipe(Effect.provide(client, { local: true }))
      assert.strictEqual(yield* refused, "ProviderMisconfigured insecure_endpoint")
      const overridden = registered({ issuer, tokenEndpoint: "http://127.0.0.1:1/token" })
      const accepted = addressOf(overridden).pipe(Effect.provide(client, { local: true }))
      assert.strictEqual(yield* accepted, `${issuer}/auth`)
    })
  )
})
