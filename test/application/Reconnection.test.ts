import { AccountAlreadyConnected, type ExchangeAnswer, GetAuthorization } from "@oauth-manager/application"
import { Integrations } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, HashMap, Option } from "effect"
import { anAccount, aProviderId, features } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, unreadable } from "./Faults.ts"
import { ada, adasAccount, anAnswer, type Authorized, authorize, byAda, complete, connect, stored } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { calendar, identity, notes } from "./Providers.ts"
import { inApplication } from "./TestApplication.ts"
import {
  disconnect,
  find,
  generationOf,
  loseGrant,
  plain,
  read,
  refresh,
  refreshCalls,
  refreshesTo,
  revokeCalls
} from "./Tokens.ts"

const completeWith = Effect.fnUntraced(function* (authorized: Authorized, answer: Partial<ExchangeAnswer> = {}) {
  const { exchange } = yield* ScriptedOAuthClient
  yield* exchange.next(Effect.succeed(anAnswer(answer)))
  return yield* complete(authorized)
})

const refusalOf = (authorized: Authorized, answer: Partial<ExchangeAnswer> = {}) =>
  Effect.flip(completeWith(authorized, answer))

const revokes = Effect.flatMap(ScriptedOAuthClient, ({ revoke }) => revoke.always(() => Effect.succeed("revoked")))

const stranger = { ...adasAccount, key: `${adasAccount.key}0` }

const integrationCount = Effect.map(stored, ({ integrations }) => HashMap.size(integrations))

describe("CompleteAuthorization, of an account that was connected before", () => {
  it.effect("mends an integration whose refresh token can no longer be opened, though none came with the grant", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const first = yield* connect()
      const authorized = yield* authorize()
      yield* faults.next("TokenVault.open", Effect.void, Effect.void, unreadable)
      const { integration } = yield* completeWith(authorized, { refreshToken: Option.none() })
      assert.deepInclude(integration, { id: first.id, status: "active" })
      const token = yield* Effect.map(stored, ({ tokens }) => [...HashMap.values(tokens)])
      assert.strictEqual(token.length, 1)
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(read(integration))))
    }).pipe(inApplication)
  )

  it.effect("mends the same integration, with the next generation of its token", () =>
    Effect.gen(function* () {
      const first = yield* connect({}, { scopes: notes })
      yield* loseGrant(first)
      assert.strictEqual((yield* find(first)).integration.status, "reauthorization_required")
      const account = { ...adasAccount, email: "countess@example.test" }
      const second = yield* connect({ account }, { scopes: calendar })
      assert.deepInclude(second, {
        id: first.id,
        account,
        status: "active",
        connectedAt: first.connectedAt,
        problem: Option.none(),
        requestedScopes: [...identity, ...notes, ...calendar],
        grantedScopes: [...identity, ...calendar]
      })
      assert.deepStrictEqual(Integrations.missingScopes(second), notes)
      assert.deepStrictEqual(yield* generationOf(first), Option.some(2))
      assert.strictEqual(yield* integrationCount, 1)
      assert.strictEqual((yield* eventsOf("integration.connected")).length, 1)
      assert.strictEqual((yield* eventsOf("integration.reconnected")).length, 1)
    }).pipe(inApplication)
  )

  it.effect("keeps the refresh token that it has where none came", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* connect({ refreshToken: Option.none() })
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshCalls, [plain(answer.refreshToken)])
    }).pipe(inApplication)
  )

  it.effect("drops the refresh token that the provider refused where none came, and says that it lacks one", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* loseGrant(integration)
      yield* connect({ refreshToken: Option.none() })
      const { token, warnings } = yield* find(integration)
      assert.isFalse(Option.getOrThrow(token).hasRefreshToken)
      assert.deepStrictEqual(
        warnings.map(({ code }) => code),
        ["refresh_token_missing"]
      )
    }).pipe(inApplication)
  )

  it.effect("takes the refresh token that came instead of the one it has", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const answer = anAnswer()
      yield* connect(answer)
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshCalls, [plain(answer.refreshToken)])
    }).pipe(inApplication)
  )

  it.effect("adds scopes and features to those it has where the provider extends its grant", () =>
    Effect.gen(function* () {
      const provider = "incremental"
      const first = yield* connect({}, { provider, features: features("sandbox.notes.read") })
      const input = {
        provider,
        integrationId: Option.some(first.id),
        scopes: [],
        features: features("sandbox.calendar.read")
      }
      const second = yield* connect({ scopes: Option.some([...calendar, ...identity, ...notes]) }, input)
      assert.strictEqual(second.id, first.id)
      assert.sameMembers([...second.grantedScopes], [...identity, ...notes, ...calendar])
      assert.deepStrictEqual(second.features, features("sandbox.notes.read", "sandbox.calendar.read"))
      assert.deepStrictEqual(second.surplusScopes, [])
      assert.strictEqual(HashMap.size((yield* stored).consents), 4)
    }).pipe(inApplication)
  )

  it.effect("loses the features whose scopes were not granted again", () =>
    Effect.gen(function* () {
      yield* connect({}, { features: features("sandbox.notes.read") })
      const second = yield* connect({}, { scopes: [], features: features("sandbox.calendar.read") })
      assert.deepStrictEqual((yield* find(second)).features, features("sandbox.calendar.read"))
    }).pipe(inApplication)
  )

  it.effect("is a new integration once the old one is disconnected", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const first = yield* connect()
      yield* revoke.next(Effect.succeed("revoked"))
      yield* disconnect(first)
      const second = yield* connect()
      assert.notStrictEqual(second.id, first.id)
      assert.strictEqual((yield* find(first)).integration.status, "disconnected")
      assert.deepStrictEqual(yield* generationOf(second), Option.some(1))
    }).pipe(inApplication)
  )
})

describe("CompleteAuthorization, of another account", () => {
  it.effect("connects it beside the first, whatever its e-mail address", () =>
    Effect.gen(function* () {
      const first = yield* connect()
      const second = yield* connect({ account: { ...anAccount(), email: adasAccount.email ?? "" } })
      assert.notStrictEqual(second.id, first.id)
      assert.strictEqual((yield* find(first)).integration.account, first.account)
    }).pipe(inApplication)
  )

  it.effect("changes nothing of the integration that was to be upgraded", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const authorized = yield* authorize({ integrationId: Option.some(integration.id), scopes: calendar })
      const before = yield* stored
      yield* revokes
      const refusedAnswer = anAnswer({ account: stranger })
      const refused = yield* refusalOf(authorized, refusedAnswer)
      assert.deepInclude(refused, { _tag: "AuthorizationFailed", error: "account_mismatch" })
      const after = yield* stored
      assert.strictEqual(after.integrations, before.integrations)
      assert.strictEqual(after.tokens, before.tokens)
      assert.strictEqual(after.consents, before.consents)
      assert.deepStrictEqual(yield* endings("authorization.failed"), [
        { outcome: "failure", reason: "account_mismatch" }
      ])
      const kept = yield* GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorized.authorization.id))
      assert.deepStrictEqual(kept.error, Option.some("account_mismatch" as const))
      assert.deepStrictEqual(yield* revokeCalls, [[plain(refusedAnswer.refreshToken), "refresh_token"]])
      assert.deepStrictEqual((yield* read(integration)).warnings, [])
    }).pipe(inApplication)
  )

  it.effect("is what is wrong with it, where it grants too much as well", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const authorized = yield* authorize({ integrationId: Option.some(integration.id) })
      yield* revokes
      const answer = { account: stranger, scopes: Option.some([...identity, ...notes, ...calendar]) }
      assert.deepInclude(yield* refusalOf(authorized, answer), { error: "account_mismatch" })
      assert.deepStrictEqual(yield* eventsOf("scope.escalation_refused"), [])
      assert.strictEqual((yield* revokeCalls).length, 1)
    }).pipe(inApplication)
  )

  it.effect("keeps its tokens from being revoked where that would end what the other integration lives by", () =>
    Effect.gen(function* () {
      const provider = "incremental"
      const integration = yield* connect({}, { provider })
      const authorized = yield* authorize({ provider, integrationId: Option.some(integration.id) })
      assert.deepInclude(yield* refusalOf(authorized, { account: stranger }), { error: "account_mismatch" })
      assert.deepStrictEqual(yield* revokeCalls, [])
    }).pipe(inApplication)
  )

  it.effect("is no way to bring a disconnected integration back", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const authorized = yield* authorize({ integrationId: Option.some(integration.id) })
      yield* revokes
      yield* disconnect(integration)
      const answer = anAnswer()
      assert.deepInclude(yield* refusalOf(authorized, answer), {
        _tag: "AuthorizationFailed",
        error: "account_mismatch"
      })
      assert.deepStrictEqual((yield* revokeCalls).at(1), [plain(answer.refreshToken), "refresh_token"])
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
      assert.deepStrictEqual(yield* generationOf(integration), Option.none())
    }).pipe(inApplication)
  )
})

describe("CompleteAuthorization, of one account by two authorizations at once", () => {
  it.effect("connects one integration, with the consents of both", () =>
    Effect.gen(function* () {
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.always(() => Effect.sync(() => anAnswer()))
      const both = [yield* authorize(), yield* authorize()]
      const completed = yield* Effect.all(
        both.map((authorized) => complete(authorized)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(completed.map(({ integration }) => integration.id)).size, 1)
      const { consents, integrations } = yield* stored
      assert.deepStrictEqual([HashMap.size(integrations), HashMap.size(consents)], [1, 2])
    }).pipe(inApplication)
  )

  const taken = Effect.fail(new AccountAlreadyConnected({ provider: aProviderId }))

  it.effect("tries again where the other was quicker to insert it", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* faults.next("IntegrationRepository.insert", taken)
      assert.strictEqual((yield* connect()).status, "active")
      assert.strictEqual(yield* integrationCount, 1)
      assert.strictEqual((yield* eventsOf("integration.connected")).length, 1)
    }).pipe(inApplication)
  )

  it.effect("does not try for ever", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* faults.every("IntegrationRepository.insert", taken)
      assert.isTrue(Exit.hasDies(yield* Effect.exit(connect())))
      assert.strictEqual(yield* integrationCount, 0)
    }).pipe(inApplication)
  )
})
