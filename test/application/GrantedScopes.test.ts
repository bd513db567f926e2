import { GetAuthorization, ProviderUnavailable } from "@oauth-manager/application"
import { Integrations } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option, Redacted } from "effect"
import { features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, anAnswer, authorize, byAda, complete, connect, stored } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { identity, notes, variant } from "./Providers.ts"
import { inApplication, inApplicationOf } from "./TestApplication.ts"
import { plain, read, revokeCalls } from "./Tokens.ts"

const wider = Option.some([...identity, ...notes, ...scopes("sandbox.calendar.write")])

const completeWith = Effect.fnUntraced(function* (answer: Parameters<typeof anAnswer>[0], provider = "sandbox") {
  const { exchange } = yield* ScriptedOAuthClient
  const authorized = yield* authorize({ provider })
  const answered = anAnswer(answer)
  yield* exchange.next(Effect.succeed(answered))
  return { authorized, answered, outcome: yield* Effect.result(complete(authorized)) }
})

const assertEscalated = Effect.fnUntraced(function* ({
  authorized,
  outcome
}: Effect.Success<ReturnType<typeof completeWith>>) {
  assert.strictEqual(outcome._tag, "Failure")
  if (outcome._tag === "Failure") {
    assert.deepInclude(outcome.failure, { _tag: "AuthorizationFailed", error: "scope_escalation" })
  }
  const rows = yield* stored
  assert.strictEqual(HashMap.size(rows.integrations), 0)
  assert.strictEqual(HashMap.size(rows.tokens), 0)
  const kept = yield* GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorized.authorization.id))
  assert.deepStrictEqual([kept.status, kept.error], ["failed", Option.some("scope_escalation" as const)])
  assert.deepStrictEqual(yield* endings("scope.escalation_refused"), [
    { outcome: "failure", reason: "scope_escalation" }
  ])
})

describe("CompleteAuthorization, comparing what was granted with what was asked", () => {
  it.effect("refuses a grant of more than was asked, audits it and revokes its tokens", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.succeed("revoked"))
      const completed = yield* completeWith({ scopes: wider })
      yield* assertEscalated(completed)
      assert.deepStrictEqual(yield* revokeCalls, [[plain(completed.answered.refreshToken), "refresh_token"]])
    }).pipe(inApplication)
  )

  it.effect("revokes the access token of such a grant where no refresh token came", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.succeed("revoked"))
      const completed = yield* completeWith({ scopes: wider, refreshToken: Option.none() })
      yield* assertEscalated(completed)
      assert.deepStrictEqual(yield* revokeCalls, [[Redacted.value(completed.answered.accessToken), "access_token"]])
    }).pipe(inApplication)
  )

  it.effect("refuses it just so where the provider cannot be told", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(
        Effect.fail(new ProviderUnavailable({ provider: "sandbox", reason: "timeout", retryAfter: Option.none() }))
      )
      yield* assertEscalated(yield* completeWith({ scopes: wider }))
    }).pipe(inApplication)
  )

  it.effect("revokes nothing where that would end all that the account ever granted", () =>
    Effect.gen(function* () {
      yield* assertEscalated(yield* completeWith({ scopes: wider }, "incremental"))
      assert.deepStrictEqual(yield* revokeCalls, [])
    }).pipe(inApplication)
  )

  it.effect("connects with fewer scopes than were asked, and keeps which were denied", () =>
    Effect.gen(function* () {
      const integration = yield* connect(
        { scopes: Option.some(identity) },
        { features: features("sandbox.notes.read"), scopes: scopes("sandbox.calendar.read") }
      )
      const denied = scopes("sandbox.calendar.read", "sandbox.notes.read")
      assert.deepStrictEqual(integration.grantedScopes, identity)
      assert.deepStrictEqual(Integrations.missingScopes(integration), denied)
      assert.deepStrictEqual(integration.features, [])
      const consents = HashMap.toValues((yield* stored).consents).toSorted((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepEqual(
        consents.map(({ denied, feature, granted, requested }) => [
          Option.getOrNull(feature),
          requested,
          granted,
          denied
        ]),
        [
          [null, [...identity, ...scopes("sandbox.calendar.read")], identity, scopes("sandbox.calendar.read")],
          [features("sandbox.notes.read")[0] ?? null, scopes("sandbox.notes.read"), [], scopes("sandbox.notes.read")]
        ]
      )
      const refused = yield* Effect.flip(read(integration, { scopes: scopes("sandbox.notes.read") }))
      assert.deepInclude(refused, { _tag: "ScopeNotGranted", missing: scopes("sandbox.notes.read") })
      assert.deepStrictEqual((yield* read(integration)).scopes, identity)
    }).pipe(inApplication)
  )

  it.effect("takes the provider's other names of scopes for the scopes themselves", () =>
    Effect.gen(function* () {
      const returned = [
        ...notes,
        ...scopes("https://incremental.test/userinfo.email", "openid", "profile", "offline_access")
      ]
      const integration = yield* connect({ scopes: Option.some(returned) }, { provider: "incremental" })
      assert.sameMembers([...integration.grantedScopes], [...identity, ...notes])
      assert.deepStrictEqual(Integrations.missingScopes(integration), [])
    }).pipe(inApplication)
  )

  it.effect("holds earlier consents that the provider returns, and releases nothing of them", () =>
    Effect.gen(function* () {
      const integration = yield* connect(
        { scopes: wider },
        { provider: "generous", features: features("sandbox.notes.read") }
      )
      const surplus = scopes("sandbox.calendar.write")
      assert.deepStrictEqual(integration.surplusScopes, surplus)
      assert.notIncludeMembers([...integration.grantedScopes], [...surplus])
      assert.deepStrictEqual(integration.features, features("sandbox.notes.read"))
      assert.notIncludeMembers([...(yield* read(integration)).scopes], [...surplus])
      assert.strictEqual((yield* Effect.flip(read(integration, { scopes: surplus })))._tag, "ScopeNotGranted")
      assert.deepStrictEqual(yield* eventsOf("scope.escalation_refused"), [])
    }).pipe(inApplicationOf(variant("generous", { returnsEarlierConsents: "always" })))
  )

  it.effect("refuses even there a scope that the plugin does not know", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.succeed("revoked"))
      const returned = Option.some([...identity, ...notes, ...scopes("sandbox.everything")])
      yield* assertEscalated(yield* completeWith({ scopes: returned }, "generous"))
    }).pipe(inApplicationOf(variant("generous", { returnsEarlierConsents: "always" })))
  )
})
