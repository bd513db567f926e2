import { type CallbackParameters, OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import { type ProviderManifest, readProvider } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Redacted, Result } from "effect"
import { effort } from "../chaos/Effort.ts"
import { comeBack, complete, parameterOf, start, stored } from "../application/Journey.ts"
import { endings } from "../application/Recorded.ts"
import { read, refresh } from "../application/Tokens.ts"
import { aCaller, scopes } from "../fakes/Samples.ts"
import { clientLayer } from "../oauth/OAuthFixture.ts"
import { sample } from "../oauth/Sample.ts"
import { json } from "../simulators/Answer.ts"
import { atProviders, type GrantingServer } from "./GrantingServer.ts"
import { somebody } from "./SecuredApi.ts"

const startAt = ({ provider }: GrantingServer, ...asked: ReadonlyArray<string>) =>
  start({ provider: provider.definition.id, scopes: scopes(...asked) })

type Begun = Effect.Success<ReturnType<typeof startAt>>

const back = (begun: Begun, parameters: CallbackParameters, provider?: string) =>
  Effect.map(comeBack(begun, parameters, provider), (result) =>
    result._tag === "Failed" ? result.error : Redacted.value(result.completionToken)
  )

const secret = (value: string) => Redacted.make(value)

const assertUnsent = (code: string, ...servers: ReadonlyArray<GrantingServer>) => {
  for (const { server } of servers) {
    assert.strictEqual(server.count("token"), 0)
    assert.notInclude(JSON.stringify(server.received), code)
  }
}

const reading = (provider: RegisteredProvider, parameters: CallbackParameters) =>
  OAuthClient.use((client) => client.readCallback(provider, parameters)).pipe(
    Effect.match({
      onSuccess: () => "taken",
      onFailure: (failure) => (failure._tag === "CallbackRefused" ? failure.error : failure._tag)
    }),
    Effect.provide(clientLayer(), { local: true })
  )

/** Connects at the server, and gives the integration. */
const connectAt = Effect.fnUntraced(function* (granting: GrantingServer, ...asked: ReadonlyArray<string>) {
  const begun = yield* startAt(granting, ...asked)
  const code = secret(granting.codeFor(begun.authorizationUrl))
  const completionToken = secret(yield* back(begun, { code }))
  return (yield* complete({ ...begun, completionToken })).integration
})

/** The rows whose attacks a provider takes part in. */
export const atTheProvider = () =>
  describe("A. Connect flow, at providers", () => {
    atProviders("row 5: sends a code to no token endpoint but that of the provider that gave it", (honest, evil) =>
      Effect.gen(function* () {
        // The honest provider's answer is sent to the attacker's address
        const first = yield* startAt(honest)
        const code = honest.codeFor(first.authorizationUrl)
        assert.strictEqual(yield* back(first, { code: secret(code) }, "evil"), "provider_mismatch")
        // The attacker's provider sends the browser on to the honest one, whose answer comes to that one's address
        const second = yield* startAt(evil)
        assert.strictEqual(yield* back(second, { code: secret(code) }, "honest"), "provider_mismatch")
        // It comes to the attacker's, and names who gave it
        const third = yield* startAt(evil)
        const named = { code: secret(code), iss: honest.server.issuer }
        assert.strictEqual(yield* back(third, named), "issuer_mismatch")
        // The attacker answers in the honest provider's name
        const fourth = yield* startAt(honest)
        const forged = { code: secret("evil-code-0"), iss: evil.server.issuer }
        assert.strictEqual(yield* back(fourth, forged), "issuer_mismatch")
        assertUnsent(code, honest, evil)
        assert.notStrictEqual(
          parameterOf(first.authorizationUrl, "redirect_uri"),
          parameterOf(second.authorizationUrl, "redirect_uri")
        )
        yield* connectAt(honest, "notes")
        assert.strictEqual(honest.server.count("token"), 1)
        assert.strictEqual(evil.server.count("token"), 0)
      })
    )

    atProviders("row 5: begins nothing where a provider's metadata are another's", (honest, evil) =>
      Effect.gen(function* () {
        evil.server.on("discovery", () => json(honest.server.metadata()))
        const { _tag } = yield* Effect.flip(startAt(evil))
        assert.include(["ProviderMisconfigured", "ProviderUnavailable"], _tag)
        assert.strictEqual(honest.server.received.length, 0)
      })
    )

    atProviders("row 6: takes `iss` where it is the provider's, and wants it where it is promised", (honest, evil) =>
      Effect.gen(function* () {
        const { issuer } = honest.server
        const code = secret("a-code")
        const denied = "access_denied"
        const table = [
          [{ code, iss: issuer }, "taken"],
          [{ code }, "taken"],
          [{ code, iss: evil.server.issuer }, "issuer_mismatch"],
          [{ code, iss: `${issuer}/` }, "issuer_mismatch"],
          [{ code, iss: "" }, "issuer_mismatch"],
          [{ error: denied, iss: evil.server.issuer }, "issuer_mismatch"]
        ] as const
        for (const [parameters, expected] of table)
          assert.strictEqual(yield* reading(honest.provider, parameters), expected)
      })
    )

    atProviders("row 6: wants `iss` of a provider that promises it, with errors too", ({ provider, server }, evil) =>
      Effect.gen(function* () {
        const promise = { authorization_response_iss_parameter_supported: true }
        server.on("discovery", () => json({ ...server.metadata(), ...promise }))
        const code = secret("a-code")
        const { issuer } = server
        const table = [
          [{ code, iss: issuer }, "taken"],
          [{ code }, "issuer_mismatch"],
          [{ error: "access_denied" }, "issuer_mismatch"],
          [{ error: "access_denied", iss: issuer }, "access_denied"],
          [{ code, iss: evil.server.issuer }, "issuer_mismatch"]
        ] as const
        for (const [parameters, expected] of table) assert.strictEqual(yield* reading(provider, parameters), expected)
      })
    )

    const sessions = effort(20, 1_000)

    atProviders(`row 7: has codes swapped between ${sessions} sessions refused by their verifiers`, (honest) =>
      Effect.gen(function* () {
        const provider = honest.provider.definition.id
        const begun = yield* Effect.forEach(Array.from({ length: sessions }), () => {
          const user = somebody()
          const caller = aCaller(user)
          return Effect.map(start({ provider, scopes: [] }, caller, user), (one) => ({ ...one, caller, user }))
        })
        const codes = begun.map(({ authorizationUrl }) => secret(honest.codeFor(authorizationUrl)))
        for (const [index, one] of begun.entries()) {
          const code = codes[(index + 1) % sessions] ?? secret("")
          const completionToken = secret(yield* back(one, { code }))
          const refused = yield* Effect.flip(complete({ ...one, completionToken }, one.caller, one.user))
          assert.deepInclude(refused, { _tag: "AuthorizationFailed", error: "exchange_refused" })
        }
        assert.strictEqual(honest.server.count("token"), sessions)
        assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
        assert.strictEqual((yield* connectAt(honest)).status, "active")
      })
    )

    atProviders("row 7: refuses, by the nonce, a swapped code that a provider without PKCE redeems", (honest) =>
      Effect.gen(function* () {
        honest.ignoresPkce = true
        const [own, other] = [yield* startAt(honest), yield* startAt(honest)]
        const code = secret(honest.codeFor(other.authorizationUrl))
        const completionToken = secret(yield* back(own, { code }))
        const refused = yield* Effect.flip(complete({ ...own, completionToken }))
        assert.deepInclude(refused, { _tag: "AuthorizationFailed", error: "identity_rejected" })
        assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
      })
    )

    for (const methods of [undefined, [], ["plain"], ["plain", "S256"], "S256"]) {
      atProviders(
        `row 8: sends S256 where a provider's metadata say ${JSON.stringify(methods)}`,
        ({ provider, server }) =>
          Effect.gen(function* () {
            server.on("discovery", () => json({ ...server.metadata(), code_challenge_methods_supported: methods }))
            const outcome = yield* Effect.result(start({ provider: provider.definition.id, scopes: [] }))
            // Metadata that are malformed begin nothing
            if (outcome._tag === "Failure") return assert.notStrictEqual(typeof methods, "object")
            const { authorizationUrl } = outcome.success
            assert.strictEqual(parameterOf(authorizationUrl, "code_challenge_method"), "S256")
            assert.match(parameterOf(authorizationUrl, "code_challenge"), /^[A-Za-z0-9_-]{43}$/)
          })
      )
    }

    it("row 8: loads no plugin that does not declare PKCE, or declares another method", () => {
      for (const pkce of [undefined, "plain", "optional", "S256", true, null]) {
        const manifest = { ...sample("https://a.test"), pkce }
        if (pkce === undefined) Reflect.deleteProperty(manifest, "pkce")
        const refused = readProvider(manifest as ProviderManifest)
        assert.isTrue(Result.isFailure(refused) && JSON.stringify(refused.failure).includes("pkce"), String(pkce))
      }
      assert.isTrue(Result.isSuccess(readProvider(sample("https://a.test"))))
    })

    atProviders("row 12: hands no token out whose scopes a refresh has widened, and tells of fewer", (honest) =>
      Effect.gen(function* () {
        const integration = yield* connectAt(honest, "notes")
        honest.grants = "openid"
        yield* refresh(integration)
        assert.deepInclude(yield* endings("token.refreshed"), { outcome: "success", reason: "scopes_narrowed" })
        const missing = yield* Effect.flip(read(integration, { scopes: scopes("notes") }))
        assert.strictEqual(missing._tag, "ScopeNotGranted")
        honest.grants = "openid notes offline_access"
        yield* Effect.exit(refresh(integration))
        assert.deepStrictEqual(yield* endings("scope.escalation_refused"), [
          { outcome: "failure", reason: "scopes_widened" }
        ])
        const withheld = yield* Effect.flip(read(integration))
        assert.strictEqual(withheld._tag, "ReauthorizationRequired")
      })
    )
  })
