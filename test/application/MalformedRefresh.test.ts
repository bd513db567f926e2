import { TokenAnswerUnusable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { aSecret } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { anAnswer, connect } from "./Journey.ts"
import { rotating, rotations } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { generationOf, read, refresh, refreshCalls, refreshesTo, stateOf } from "./Tokens.ts"

for (const rotation of rotations) {
  describe(`An answer without an access token that could be used, where the rotation is ${rotation}`, () => {
    const unusable = Effect.fnUntraced(function* (refreshToken: Option.Option<Redacted.Redacted<string>>) {
      const client = yield* ScriptedOAuthClient
      const answer = anAnswer()
      const integration = yield* connect(answer, { provider: rotation })
      yield* TestClock.adjust("3590 seconds")
      yield* client.refresh.next(Effect.fail(new TokenAnswerUnusable({ provider: rotation, refreshToken })))
      return { answer, integration }
    })

    it.effect("never costs the refresh token that came with it", () =>
      Effect.gen(function* () {
        const replacement = aSecret()
        const { answer, integration } = yield* unusable(Option.some(replacement))
        const released = yield* read(integration)
        assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
        assert.deepStrictEqual(released.warnings, ["refresh_failed"])
        assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
        assert.strictEqual((yield* stateOf(integration)).problem?.code, "unknown_error")
        yield* TestClock.adjust("2 minutes")
        yield* refreshesTo({})
        assert.isTrue((yield* read(integration)).refreshed)
        assert.strictEqual((yield* refreshCalls).at(-1), Redacted.value(replacement))
        assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      }).pipe(inApplicationOf(rotating(rotation)))
    )

    it.effect("is no reason to hand out a token that has ended, nor to ask again at once", () =>
      Effect.gen(function* () {
        const { integration } = yield* unusable(Option.some(aSecret()))
        yield* TestClock.adjust("10 seconds")
        for (let attempt = 0; attempt < 3; attempt++) {
          assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ProviderUnavailable")
        }
        assert.lengthOf(yield* refreshCalls, 1)
      }).pipe(inApplicationOf(rotating(rotation)))
    )

    it.effect("leaves the old refresh token where none came with it", () =>
      Effect.gen(function* () {
        const { integration } = yield* unusable(Option.none())
        assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ProviderUnavailable")
        assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
        yield* TestClock.adjust("2 minutes")
        yield* refreshesTo({})
        assert.isTrue((yield* refresh(integration)).refreshed)
        const [first, second] = yield* refreshCalls
        assert.strictEqual(second, first)
      }).pipe(inApplicationOf(rotating(rotation)))
    )
  })
}
