import { AccountSetupRequired, GrantRefused } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, HashMap, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, anExchangeAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, adasAccount, connect, stored } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { generationOf, read, refresh, refreshCalls, refreshesTo, stateOf } from "./Tokens.ts"
import {
  aMonth,
  connectAMonthAgo,
  dueIn,
  identifiesAs,
  inRegistry,
  inVerified,
  loaded,
  pass,
  verifyDue
} from "./Verification.ts"

const at = (days: number) => DateTime.makeUnsafe(days * 24 * 60 * 60 * 1000)

const identified = Effect.gen(function* () {
  const { identify } = yield* ScriptedOAuthClient
  return (yield* identify.calls).map(([{ definition }, token]) => [definition.id, Redacted.value(token)])
})

const setUpMissing = Effect.fail(new AccountSetupRequired({ provider: "verified" }))

describe("ReverifyIntegrations", () => {
  it.effect("has nothing to do before an integration is due, nor where the terms want nothing", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "verified" })
      yield* connect({}, { provider: "free" })
      yield* pass(29)
      assert.strictEqual(yield* verifyDue, 0)
      assert.strictEqual(yield* dueIn(integration), 24)
      assert.deepStrictEqual(yield* identified, [])
    }).pipe(inVerified)
  )

  it.effect("renews the token, asks whose it is, and is done for another month", () =>
    Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      yield* identifiesAs(Option.some({ ...adasAccount, name: "Countess Lovelace" }))
      const [next] = yield* refreshesTo({})
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* identified, [["verified", Redacted.value(next?.accessToken ?? assert.fail())]])
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.strictEqual(yield* dueIn(integration), aMonth)
      assert.strictEqual(yield* verifyDue, 0)
    }).pipe(inVerified)
  )

  it.effect("puts on record what it did, as the service's own doing, and releases no token", () =>
    Effect.gen(function* () {
      yield* connectAMonthAgo()
      yield* identifiesAs(Option.some(adasAccount))
      yield* refreshesTo({})
      yield* verifyDue
      const recorded = yield* eventsOf("token.refreshed", "integration.verified", "token.released")
      assert.deepStrictEqual(
        recorded.map(({ about, action, actor, outcome, requestId }) => [about, action, actor, outcome, requestId]),
        [
          [ada, "token.refreshed", undefined, "success", "background"],
          [ada, "integration.verified", undefined, "success", "background"]
        ]
      )
    }).pipe(inVerified)
  )

  it.effect("renews a token that would live still, which alone shows that the grant stands", () =>
    Effect.gen(function* () {
      yield* connectAMonthAgo({ expiresIn: Option.none() })
      yield* identifiesAs(Option.some(adasAccount))
      yield* refreshesTo({})
      yield* verifyDue
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inVerified)
  )

  it.effect("is content where the provider tells with a new grant alone whose it is", () =>
    Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      yield* identifiesAs(Option.none())
      yield* refreshesTo({})
      yield* verifyDue
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      assert.strictEqual(yield* dueIn(integration), aMonth)
    }).pipe(inVerified)
  )

  it.effect("ends an integration whose tokens are another account's by now", () =>
    Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      yield* identifiesAs(Option.some(anAccount()))
      yield* refreshesTo({})
      yield* verifyDue
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "reauthorization_required",
        problem: { code: "grant_revoked", since: at(30) }
      })
      assert.deepStrictEqual(yield* endings("integration.verified", "integration.reauthorization_required"), [
        { outcome: "failure", reason: "grant_revoked" }
      ])
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ReauthorizationRequired")
      yield* pass(60)
      assert.strictEqual(yield* verifyDue, 0)
    }).pipe(inVerified)
  )

  it.effect("ends an integration whose new token the provider refuses at once", () =>
    Effect.gen(function* () {
      const { identify } = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* identify.next(Effect.fail(new GrantRefused({ provider: "verified" })))
      yield* refreshesTo({})
      yield* verifyDue
      assert.deepStrictEqual((yield* stateOf(integration)).problem, { code: "grant_revoked", since: at(30) })
    }).pipe(inVerified)
  )

  it.effect("ends an integration whose token cannot be renewed, and does not ask whose it was", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* client.refresh.next(
        Effect.fail(new GrantRefused({ provider: "verified" })),
        Effect.fail(new GrantRefused({ provider: "verified" }))
      )
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "reauthorization_required",
        problem: { code: "grant_revoked", since: at(30) }
      })
      const recorded = yield* eventsOf("integration.reauthorization_required")
      assert.deepStrictEqual(
        recorded.map(({ actor, requestId }) => [actor, requestId]),
        [[undefined, "background"]]
      )
      assert.deepStrictEqual(yield* identified, [])
      yield* pass(1)
      assert.strictEqual(yield* verifyDue, 0)
    }).pipe(inVerified)
  )

  it.effect("verifies again what was authorized again, a month later", () =>
    Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      yield* identifiesAs(Option.some(anAccount()))
      yield* refreshesTo({}, {})
      yield* verifyDue
      yield* connect({}, { provider: "verified" })
      assert.strictEqual(yield* dueIn(integration), aMonth)
      yield* pass(30)
      yield* identifiesAs(Option.some(adasAccount))
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
    }).pipe(inVerified)
  )

  it.effect("asks whose the token is that it has, where nothing can renew it", () =>
    Effect.gen(function* () {
      const answer = anExchangeAnswer({ account: adasAccount, refreshToken: Option.none(), expiresIn: Option.none() })
      const integration = yield* connectAMonthAgo(answer)
      yield* identifiesAs(Option.some(adasAccount))
      yield* verifyDue
      assert.deepStrictEqual(yield* identified, [["verified", Redacted.value(answer.accessToken)]])
      assert.deepStrictEqual(yield* refreshCalls, [])
      assert.strictEqual(yield* dueIn(integration), aMonth)
    }).pipe(inVerified)
  )

  it.effect("does not take a token that expired for a grant that was revoked", () =>
    Effect.gen(function* () {
      const integration = yield* connectAMonthAgo({ refreshToken: Option.none() })
      yield* verifyDue
      assert.deepStrictEqual((yield* stateOf(integration)).problem, { code: "refresh_token_missing", since: at(30) })
      assert.deepStrictEqual(yield* identified, [])
    }).pipe(inVerified)
  )
})

describe("ReverifyIntegrations, of an account that is no longer set up", () => {
  it.effect("says so of an integration that goes on working, until it is set up again", () =>
    Effect.gen(function* () {
      const { identify } = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* identify.always(() => setUpMissing)
      yield* refreshesTo({}, {}, {})
      yield* verifyDue
      const problem = { code: "account_setup_required", since: at(30) } as const
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem })
      assert.deepStrictEqual((yield* read(integration)).warnings, [])
      assert.deepStrictEqual(yield* endings("integration.problem_noted"), [
        { outcome: "failure", reason: "account_setup_required" }
      ])
      yield* pass(1)
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem })
      assert.strictEqual(yield* dueIn(integration), 24)
      yield* pass(1)
      yield* identifiesAs(Option.some(adasAccount))
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      assert.strictEqual(yield* dueIn(integration), aMonth)
    }).pipe(inVerified)
  )

  it.effect("is not mended by the token that is renewed meanwhile", () =>
    Effect.gen(function* () {
      const { identify } = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* identify.always(() => setUpMissing)
      yield* refreshesTo({}, {})
      yield* verifyDue
      yield* refresh(integration)
      assert.strictEqual((yield* stateOf(integration)).problem?.code, "account_setup_required")
    }).pipe(inVerified)
  )

  it.effect("waits no longer than the provider's terms want", () =>
    Effect.gen(function* () {
      const { identify } = yield* ScriptedOAuthClient
      const integration = yield* connect({}, { provider: "verified" })
      yield* TestClock.adjust("10 minutes")
      yield* identify.always(() => setUpMissing)
      yield* refreshesTo({})
      yield* verifyDue
      assert.strictEqual(((yield* dueIn(integration)) ?? 0) * 60, 10)
      assert.strictEqual(HashMap.size((yield* stored).integrations), 1)
    }).pipe(inRegistry(loaded(600)))
  )
})
