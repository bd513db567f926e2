import { IntegrationId, type Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { features } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { adasAccount, bob, byBob, byService, connect, start, stored } from "./Journey.ts"
import { calendar, identity, notes } from "./Providers.ts"
import { inApplication } from "./TestApplication.ts"
import { disconnect, loseGrant } from "./Tokens.ts"

const upgrade = ({ id, provider }: Integration, ...args: Parameters<typeof start>) => {
  const [input, ...by] = args
  return start({ provider, scopes: calendar, integrationId: Option.some(id), ...input }, ...by)
}

const lastRequest = Effect.gen(function* () {
  const { begin } = yield* ScriptedOAuthClient
  const call = (yield* begin.calls).at(-1)
  return call === undefined ? assert.fail("the provider was not asked") : call[1]
})

describe("StartAuthorization, for an integration", () => {
  it.effect("asks for the missing scopes alone where the provider adds them to its grant", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "incremental", scopes: notes })
      const { authorization } = yield* upgrade(integration, { scopes: [...notes, ...calendar] })
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...calendar])
      assert.isTrue(authorization.incremental)
      assert.deepStrictEqual(authorization.integrationId, Option.some(integration.id))
      assert.deepInclude(yield* lastRequest, {
        scopes: [...identity, ...calendar],
        incremental: true,
        needsRefreshToken: false
      })
    }).pipe(inApplication)
  )

  it.effect("asks for all that the grant should hold where the provider does not", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { scopes: notes })
      const { authorization } = yield* upgrade(integration, { scopes: [], features: features("sandbox.calendar.read") })
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...calendar, ...notes])
      assert.isFalse(authorization.incremental)
      assert.deepInclude(yield* lastRequest, { incremental: false, needsRefreshToken: false })
    }).pipe(inApplication)
  )

  it.effect("does not ask again for what was denied before and is not asked for now", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ scopes: Option.some(identity) }, { scopes: notes })
      const { authorization } = yield* upgrade(integration)
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...calendar])
    }).pipe(inApplication)
  )

  it.effect("makes the provider issue a refresh token where none is held", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() })
      yield* upgrade(integration)
      assert.isTrue((yield* lastRequest).needsRefreshToken)
    }).pipe(inApplication)
  )

  for (const provider of ["incremental", "sandbox"]) {
    it.effect(`asks ${provider} for everything anew where the grant is dead`, () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { provider, scopes: notes })
        yield* loseGrant(integration)
        const { authorization } = yield* upgrade(integration, { scopes: calendar })
        assert.sameMembers([...authorization.requestedScopes], [...identity, ...calendar, ...notes])
        assert.deepInclude(yield* lastRequest, { incremental: false, needsRefreshToken: true })
      }).pipe(inApplication)
    )
  }

  it.effect("hints at the account that was connected, unless the caller names another", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* upgrade(integration)
      assert.deepStrictEqual((yield* lastRequest).loginHint, Option.fromUndefinedOr(adasAccount.email))
      yield* upgrade(integration, { loginHint: Option.some("countess@example.test") })
      assert.deepStrictEqual((yield* lastRequest).loginHint, Option.some("countess@example.test"))
    }).pipe(inApplication)
  )

  it.effect("gives no hint where the account has no e-mail address", () =>
    Effect.gen(function* () {
      const { id, key } = adasAccount
      yield* upgrade(yield* connect({ account: { id, key } }))
      assert.deepStrictEqual((yield* lastRequest).loginHint, Option.none())
    }).pipe(inApplication)
  )

  it.effect("does not know another user's integration, nor one that never was", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const before = yield* stored
      const unheardOf = { ...integration, id: IntegrationId.make("0192f0c1-0000-7000-8000-000000000001") }
      assert.strictEqual((yield* Effect.flip(upgrade(integration, {}, byBob, bob)))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(upgrade(integration, {}, byService, bob)))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(upgrade(unheardOf)))._tag, "NotFound")
      assert.strictEqual((yield* stored).authorizations, before.authorizations)
    }).pipe(inApplication)
  )

  it.effect("refuses an integration of another provider than the one named", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const refused = yield* Effect.flip(upgrade(integration, { provider: "incremental" }))
      assert.deepInclude(refused, { _tag: "ProviderMismatch", provider: "sandbox" })
    }).pipe(inApplication)
  )

  it.effect("refuses an integration that is disconnected, or being so", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      const gate = yield* client.revoke.hold
      yield* client.revoke.next(Effect.succeed("revoked"))
      const disconnecting = yield* Effect.forkChild(disconnect(integration))
      yield* gate.reached
      const early = yield* Effect.flip(upgrade(integration))
      assert.deepInclude(early, { _tag: "Disconnected", integrationId: integration.id })
      yield* gate.release
      yield* Fiber.join(disconnecting)
      const late = yield* Effect.flip(upgrade(integration))
      assert.deepInclude(late, { _tag: "Disconnected", integrationId: integration.id })
      assert.strictEqual(HashMap.size((yield* stored).authorizations), 1)
    }).pipe(inApplication)
  )
})
