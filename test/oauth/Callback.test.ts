import { type CallbackParameters, OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, registered, secret } from "./OAuthFixture.ts"

const read = (provider: RegisteredProvider, parameters: CallbackParameters) =>
  OAuthClient.use((client) => client.readCallback(provider, parameters)).pipe(
    Effect.match({
      onSuccess: Redacted.value,
      onFailure: (failure) => (failure._tag === "CallbackRefused" ? failure.error : failure._tag)
    })
  )

const google = "https://accounts.google.com"
const code = secret("4/the-code")

const rows: ReadonlyArray<readonly [what: string, parameters: CallbackParameters, expected: string]> = [
  ["a code", { code }, "4/the-code"],
  ["a code and the issuer", { code, iss: google }, "4/the-code"],
  ["a code and another issuer", { code, iss: "https://evil.test" }, "issuer_mismatch"],
  ["a code and an alias of the issuer", { code, iss: "accounts.google.com" }, "issuer_mismatch"],
  ["a code and the issuer with a slash", { code, iss: `${google}/` }, "issuer_mismatch"],
  ["a code and an empty issuer", { code, iss: "" }, "issuer_mismatch"],
  ["denial", { error: "access_denied" }, "access_denied"],
  ["denial by the issuer", { error: "access_denied", iss: google }, "access_denied"],
  ["denial by another issuer", { error: "access_denied", iss: "https://evil.test" }, "issuer_mismatch"],
  ["denial and a code", { code, error: "access_denied" }, "access_denied"],
  ["another error", { error: "server_error" }, "provider_error"],
  ["an error of the provider's invention", { error: "<script>alert(1)</script>" }, "provider_error"],
  ["an empty error and a code", { code, error: "" }, "provider_error"],
  ["nothing", {}, "provider_error"],
  ["an empty code", { code: secret("") }, "provider_error"],
  ["a code with line breaks", { code: secret("4/\r\n") }, "provider_error"],
  ["a code beyond ASCII", { code: secret("4/é") }, "provider_error"],
  ["a code too long", { code: secret("4".repeat(20_000)) }, "provider_error"]
]

describe("a callback with", () => {
  for (const [what, parameters, expected] of rows) {
    overHttp(`${what}: ${expected}`, () =>
      Effect.map(read(registered(), parameters), (outcome) => assert.strictEqual(outcome, expected))
    )
  }
})

describe("a callback from an issuer that promises iss", () => {
  const promising = Effect.map(FaultyAuthorizationServer.start, (server) => {
    server.on("discovery", () => json({ ...server.metadata(), authorization_response_iss_parameter_supported: true }))
    return { server, provider: registered({ issuer: server.issuer }) }
  })

  overHttp("is refused without it, errors too", () =>
    Effect.gen(function* () {
      const { provider } = yield* promising
      assert.strictEqual(yield* read(provider, { code }), "issuer_mismatch")
      assert.strictEqual(yield* read(provider, { error: "access_denied" }), "issuer_mismatch")
    })
  )

  overHttp("is taken with it, and refused with the one of the plugin", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* promising
      assert.strictEqual(yield* read(provider, { code, iss: server.issuer }), "4/the-code")
      assert.strictEqual(yield* read(provider, { code, iss: google }), "issuer_mismatch")
    })
  )
})
