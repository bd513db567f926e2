import { ProviderMisconfigured, ProviderUnavailable, RetryRevocations } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, HashMap, Option, Redacted, Struct } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, unreadable } from "./Faults.ts"
import { anAnswer, authorize, complete, connect, stored } from "./Journey.ts"
import { calendar, identity, notes, variant } from "./Providers.ts"
import { endings } from "./Recorded.ts"
import { inApplicationOf, layerOf } from "./TestApplication.ts"
import { disconnect, find, plain, read, revokeCalls, tokenRow } from "./Tokens.ts"

type Revocation = ProviderDefinition["revocation"]

const request = { kind: "request", reach: "token", method: "POST", body: { token: "{token}" } } as const

const revocations = {
  refresh_token: { ...request, tokens: "refresh_token" },
  access_token: { ...request, tokens: "access_token" },
  both: { kind: "rfc7009", reach: "token", tokens: "both" },
  unsaid: { kind: "rfc7009", reach: "token" }
} satisfies Record<string, Revocation>

const manageAccess = [
  { title: "Work", url: "https://work.test/apps" },
  { title: "Home", url: "https://home.test/apps" }
]

const inAll = inApplicationOf(
  ...Object.entries(revocations).map(([tokens, revocation]) => variant(tokens.replace("_", "-"), { revocation })),
  variant("unsupported", { revocation: { kind: "unsupported" }, links: { manageAccess } }),
  variant("silent", { revocation: { kind: "unsupported" } })
)

const providerOf = (tokens: keyof typeof revocations) => tokens.replace("_", "-")

const refresh = (answer: ReturnType<typeof anAnswer>) => [plain(answer.refreshToken), "refresh_token"] as const
const access = (answer: ReturnType<typeof anAnswer>) => [Redacted.value(answer.accessToken), "access_token"] as const

const expected = {
  refresh_token: (answer: ReturnType<typeof anAnswer>) => [refresh(answer)],
  access_token: (answer: ReturnType<typeof anAnswer>) => [access(answer)],
  both: (answer: ReturnType<typeof anAnswer>) => [access(answer), refresh(answer)],
  unsaid: (answer: ReturnType<typeof anAnswer>) => [refresh(answer)]
}

const kinds = ["refresh_token", "access_token", "both", "unsaid"] as const

const down = new ProviderUnavailable({ provider: "both", reason: "timeout", retryAfter: Option.none() })
const misconfigured = new ProviderMisconfigured({ provider: "both", code: "invalid_client" })

const pending = Effect.map(stored, ({ revocations: rows }) =>
  HashMap.toValues(rows).map(({ revocation }) => revocation)
)

describe("DisconnectIntegration, by the tokens that the provider wants revoked", () => {
  for (const tokens of kinds) {
    it.effect(`sends what the plugin says: ${tokens}`, () =>
      Effect.gen(function* () {
        const { revoke } = yield* ScriptedOAuthClient
        yield* revoke.always(() => Effect.succeed("revoked"))
        const answer = anAnswer()
        const integration = yield* connect(answer, { provider: providerOf(tokens) })
        assert.strictEqual((yield* disconnect(integration)).revocation, "revoked")
        assert.deepStrictEqual(yield* revokeCalls, expected[tokens](answer))
        assert.deepStrictEqual(yield* pending, [])
      }).pipe(inAll)
    )

    it.effect(`sends the access token where no other came: ${tokens}`, () =>
      Effect.gen(function* () {
        const { revoke } = yield* ScriptedOAuthClient
        yield* revoke.always(() => Effect.succeed("revoked"))
        const answer = anAnswer({ refreshToken: Option.none() })
        yield* disconnect(yield* connect(answer, { provider: providerOf(tokens) }))
        assert.deepStrictEqual(yield* revokeCalls, [access(answer)])
      }).pipe(inAll)
    )
  }

  it.effect("keeps both for the next try, as they are sealed", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.fail(down))
      const answer = anAnswer()
      const integration = yield* connect(answer, { provider: "both" })
      const { token } = Option.getOrThrow(yield* tokenRow(integration))
      assert.strictEqual((yield* disconnect(integration)).revocation, "pending")
      assert.deepStrictEqual(Array.map(yield* pending, Struct.omit(["id"])), [
        {
          integrationId: integration.id,
          owner: integration.owner,
          provider: integration.provider,
          tokenTypeHint: "refresh_token",
          token: Option.getOrThrow(token.refreshToken),
          accessToken: Option.some(token.accessToken),
          generation: 1,
          attempts: 1
        }
      ])
      yield* revoke.always(() => Effect.succeed("revoked"))
      yield* TestClock.adjust("1 hour")
      yield* RetryRevocations.use((useCase) => useCase.retryDue())
      assert.deepStrictEqual((yield* revokeCalls).slice(1), expected.both(answer))
      assert.deepStrictEqual(yield* pending, [])
      assert.deepStrictEqual(yield* endings("integration.disconnected"), [
        { outcome: "success", reason: "pending" },
        { outcome: "success", reason: "revoked" }
      ])
    }).pipe(inAll)
  )

  it.effect("waits with both where the provider cannot be asked about the access token", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.fail(down))
      const answer = anAnswer()
      const integration = yield* connect(answer, { provider: "both" })
      assert.strictEqual((yield* disconnect(integration)).revocation, "pending")
      assert.deepStrictEqual(yield* revokeCalls, [access(answer)])
    }).pipe(inAll)
  )

  const unusable = new ProviderUnavailable({ provider: "both", reason: "unusable_response", retryAfter: Option.none() })
  for (const failure of [unusable, misconfigured]) {
    it.effect(`revokes the refresh token though the access token comes to a ${failure._tag}`, () =>
      Effect.gen(function* () {
        const { revoke } = yield* ScriptedOAuthClient
        yield* revoke.next(Effect.fail(failure), Effect.succeed("revoked"))
        const answer = anAnswer()
        const integration = yield* connect(answer, { provider: "both" })
        assert.strictEqual((yield* disconnect(integration)).revocation, "revoked")
        assert.deepStrictEqual(yield* revokeCalls, expected.both(answer))
      }).pipe(inAll)
    )
  }

  it.effect("revokes the refresh token though the access token cannot be opened", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const faults = yield* Faults
      yield* revoke.always(() => Effect.succeed("revoked"))
      const answer = anAnswer()
      const integration = yield* connect(answer, { provider: "both" })
      yield* faults.next("TokenVault.open", unreadable)
      assert.strictEqual((yield* disconnect(integration)).revocation, "revoked")
      assert.deepStrictEqual(yield* revokeCalls, [refresh(answer)])
    }).pipe(inAll)
  )

  it.effect("is not over where the access token was revoked and the refresh token was not", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.succeed("revoked"), Effect.fail(down))
      const integration = yield* connect({}, { provider: "both" })
      assert.strictEqual((yield* disconnect(integration)).revocation, "pending")
      assert.strictEqual((yield* pending).length, 1)
    }).pipe(inAll)
  )
})

describe("DisconnectIntegration, where the provider cannot be told", () => {
  const disconnected = Effect.fnUntraced(function* (provider: string) {
    const { revoke } = yield* ScriptedOAuthClient
    yield* revoke.always(() => Effect.succeed("unsupported"))
    const integration = yield* connect({}, { provider })
    const first = yield* disconnect(integration)
    assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
    assert.deepStrictEqual(yield* disconnect(integration), first)
    return first
  })

  it.effect("says where the user withdraws, and says it again", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* disconnected("unsupported"), { revocation: "unsupported", manageAccess })
    }).pipe(inAll)
  )

  it.effect("says nothing where the plugin does not know", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* disconnected("silent"), { revocation: "unsupported", manageAccess: [] })
    }).pipe(inAll)
  )
})

describe("DisconnectIntegration, of a plugin that is no longer loaded", () => {
  const loaded = [variant("leaving", { revocation: revocations.both, links: { manageAccess } })]

  it.effect("ends the integration, and keeps what it would be revoked by until the plugin is back", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const answer = anAnswer()
      const integration = yield* connect(answer, { provider: "leaving" })
      const plugins = loaded.splice(0)
      assert.deepStrictEqual(yield* disconnect(integration), {
        id: integration.id,
        revocation: "pending",
        manageAccess: []
      })
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
      assert.deepStrictEqual(yield* tokenRow(integration), Option.none())
      loaded.push(...plugins)
      yield* TestClock.adjust("1 hour")
      yield* RetryRevocations.use((useCase) => useCase.retryDue())
      assert.deepStrictEqual(yield* revokeCalls, [refresh(answer)])
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(Effect.provide(layerOf(loaded), { local: true }))
  )
})

describe("CompleteAuthorization, of a grant that must not be kept", () => {
  const refused = Effect.fnUntraced(function* (tokens: keyof typeof revocations, answer: ReturnType<typeof anAnswer>) {
    const { exchange } = yield* ScriptedOAuthClient
    const authorized = yield* authorize({ provider: providerOf(tokens) })
    yield* exchange.next(Effect.succeed(answer))
    assert.deepInclude(yield* Effect.flip(complete(authorized)), { error: "scope_escalation" })
  })
  const wide = () => anAnswer({ scopes: Option.some([...identity, ...notes, ...calendar]) })

  for (const tokens of kinds) {
    it.effect(`revokes the tokens that the plugin says: ${tokens}`, () =>
      Effect.gen(function* () {
        const { revoke } = yield* ScriptedOAuthClient
        yield* revoke.always(() => Effect.succeed("revoked"))
        const answer = wide()
        yield* refused(tokens, answer)
        assert.deepStrictEqual(yield* revokeCalls, expected[tokens](answer))
      }).pipe(inAll)
    )
  }

  it.effect("revokes each token whatever becomes of the other", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.fail(down))
      const answer = wide()
      yield* refused("both", answer)
      assert.deepStrictEqual(yield* revokeCalls, expected.both(answer))
    }).pipe(inAll)
  )

  it.effect("leaves an integration of the account as it is", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const integration = yield* connect({}, { provider: "both" })
      yield* refused("both", wide())
      assert.deepStrictEqual((yield* read(integration)).warnings, [])
    }).pipe(inAll)
  )
})
