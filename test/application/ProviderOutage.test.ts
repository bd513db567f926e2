import { ProviderMisconfigured, ProviderUnavailable, RefreshDueTokens } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { connect } from "./Journey.ts"
import { rotating } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { find, read, refresh, refreshCalls, stateOf } from "./Tokens.ts"

const down = (provider: string, reason: ProviderUnavailable["reason"], retryAfter?: Duration.Duration) =>
  new ProviderUnavailable({ provider, reason, retryAfter: Option.fromUndefinedOr(retryAfter) })

const inTwo = inApplicationOf(rotating("static"), rotating("overlap"))

/** One provider is in an outage of the given kind until it is told that it is over; the other answers. */
const outage = Effect.fnUntraced(function* (failure: ProviderUnavailable | ProviderMisconfigured) {
  const client = yield* ScriptedOAuthClient
  let isOver = false
  yield* client.refresh.always(({ definition }) =>
    definition.id === failure.provider && !isOver ? Effect.fail(failure) : Effect.sync(() => aTokenAnswer())
  )
  return { over: Effect.sync(() => void (isOver = true)) }
})

const callsTo = (provider: string) =>
  Effect.flatMap(ScriptedOAuthClient, ({ refresh }) =>
    Effect.map(refresh.calls, (calls) => calls.filter(([{ definition }]) => definition.id === provider).length)
  )

describe("A provider's outage of an hour", () => {
  for (const reason of ["timeout", "unreachable", "server_error"] as const) {
    it.effect(`costs nobody a connection, and is over within 30 seconds of its end (${reason})`, () =>
      Effect.gen(function* () {
        const { over } = yield* outage(down("static", reason))
        const ailing = yield* Effect.forEach([1, 2, 3], () => connect({ account: anAccount() }, { provider: "static" }))
        const well = yield* connect({}, { provider: "overlap" })
        yield* TestClock.adjust("1 hour")
        for (let elapsed = 0; elapsed < 360; elapsed++) {
          yield* RefreshDueTokens.use((useCase) => useCase.refreshDue())
          for (const integration of ailing) {
            assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ProviderUnavailable")
            assert.strictEqual((yield* find(integration)).integration.status, "active")
          }
          assert.isDefined(yield* read(well))
          yield* TestClock.adjust("10 seconds")
        }
        // Of 1,080 reads and as many turns of the background: one try in ten seconds
        assert.isBelow(yield* callsTo("static"), 400)
        yield* over
        yield* TestClock.adjust("30 seconds")
        for (const integration of ailing) assert.isTrue((yield* read(integration)).refreshed)
      }).pipe(inTwo)
    )
  }

  it.effect("leaves tokens in use that live, with a warning, and does not delay other providers", () =>
    Effect.gen(function* () {
      yield* outage(down("static", "timeout"))
      const integration = yield* connect({}, { provider: "static" })
      const other = yield* connect({}, { provider: "overlap" })
      yield* TestClock.adjust("3590 seconds")
      for (let read_ = 0; read_ < 20; read_++) {
        assert.deepStrictEqual((yield* read(integration)).warnings, ["refresh_failed"])
      }
      assert.isTrue((yield* read(other)).refreshed)
      assert.strictEqual(yield* callsTo("static"), 1)
    }).pipe(inTwo)
  )

  it.effect("is not asked about before Retry-After is over", () =>
    Effect.gen(function* () {
      const { over } = yield* outage(down("static", "rate_limited", Duration.minutes(5)))
      const integration = yield* connect({}, { provider: "static" })
      yield* TestClock.adjust("1 hour")
      yield* Effect.flip(read(integration))
      yield* over
      yield* TestClock.adjust("299 seconds")
      const failure = yield* Effect.flip(read(integration))
      assert.deepInclude(failure, { _tag: "ProviderUnavailable", reason: "backing_off" })
      assert.lengthOf(yield* refreshCalls, 1)
      yield* TestClock.adjust("1 second")
      assert.isTrue((yield* read(integration)).refreshed)
    }).pipe(inTwo)
  )
})

describe("A provider that refuses the deployment's client", () => {
  const refused = (code: string) => new ProviderMisconfigured({ provider: "static", code })

  it.effect("suspends its integrations in what is shown, and leaves them as they are", () =>
    Effect.gen(function* () {
      const { over } = yield* outage(refused("invalid_client"))
      const integration = yield* connect({}, { provider: "static" })
      yield* TestClock.adjust("1 hour")
      for (let read_ = 0; read_ < 5; read_++) {
        assert.deepInclude(yield* Effect.flip(read(integration)), {
          _tag: "ProviderMisconfigured",
          code: "invalid_client"
        })
      }
      assert.strictEqual(yield* callsTo("static"), 1)
      const shown = yield* find(integration)
      assert.strictEqual(Option.getOrThrow(shown.incident).code, "invalid_client")
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      yield* over
      yield* TestClock.adjust("30 seconds")
      assert.isTrue((yield* refresh(integration)).refreshed)
      assert.deepStrictEqual((yield* find(integration)).incident, Option.none())
    }).pipe(inTwo)
  )

  it.effect("has no incident where it refuses what one integration asks for", () =>
    Effect.gen(function* () {
      yield* outage(refused("invalid_scope"))
      const integration = yield* connect({}, { provider: "static" })
      yield* TestClock.adjust("1 hour")
      yield* Effect.flip(read(integration))
      assert.deepStrictEqual((yield* find(integration)).incident, Option.none())
    }).pipe(inTwo)
  )
})
