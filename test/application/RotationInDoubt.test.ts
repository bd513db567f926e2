import { GrantRefused, ProviderUnavailable, TokenRepository } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, connect } from "./Journey.ts"
import { endings } from "./Recorded.ts"
import { rotating, rotations } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { read, refresh, refreshCalls, refreshesTo, stateOf, tokenRow } from "./Tokens.ts"

/** Another process took the lease, and was never seen again. */
const abandon = ({ id }: Integration) =>
  Effect.andThen(
    TokenRepository.use((tokens) =>
      tokens.acquireLease(ada, id, { generation: 1, owner: "a dead process", duration: Duration.seconds(30) })
    ),
    TestClock.adjust("31 seconds")
  )

const refusesForGood = (provider: string) =>
  Effect.flatMap(ScriptedOAuthClient, (client) =>
    client.refresh.always(() => Effect.fail(new GrantRefused({ provider })))
  )

const spends = (rotation: (typeof rotations)[number]) => rotation === "strict" || rotation === "grace"

for (const rotation of rotations) {
  const code = spends(rotation) ? "rotation_in_doubt" : "grant_revoked"

  describe(`A refresh that was abandoned, of a token whose rotation is ${rotation}`, () => {
    it.effect("is made again, and nothing is lost where the old refresh token still works", () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { provider: rotation })
        yield* TestClock.adjust("1 hour")
        yield* abandon(integration)
        yield* refreshesTo({})
        assert.isTrue((yield* read(integration)).refreshed)
        assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
        assert.isFalse(Option.getOrThrow(yield* tokenRow(integration)).inDoubt)
        assert.lengthOf(yield* endings("token.rotation_in_doubt"), spends(rotation) ? 1 : 0)
      }).pipe(inApplicationOf(rotating(rotation)))
    )

    it.effect(`costs the connection as ${code} where it does not`, () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { provider: rotation })
        yield* TestClock.adjust("1 hour")
        yield* abandon(integration)
        yield* refusesForGood(rotation)
        assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ReauthorizationRequired")
        const { problem, status } = yield* stateOf(integration)
        assert.deepStrictEqual([status, problem?.code], ["reauthorization_required", code])
        assert.deepStrictEqual(yield* endings("integration.reauthorization_required"), [
          { outcome: "failure", reason: code }
        ])
      }).pipe(inApplicationOf(rotating(rotation)))
    )

    it.effect("is in as much doubt as one whose answer did not come in time", () =>
      Effect.gen(function* () {
        const client = yield* ScriptedOAuthClient
        const integration = yield* connect({}, { provider: rotation })
        yield* TestClock.adjust("1 hour")
        const timeout = new ProviderUnavailable({ provider: rotation, reason: "timeout", retryAfter: Option.none() })
        yield* client.refresh.next(Effect.fail(timeout))
        assert.strictEqual(yield* Effect.flip(refresh(integration)), timeout)
        assert.strictEqual((yield* stateOf(integration)).status, "active")
        yield* TestClock.adjust("1 minute")
        yield* refusesForGood(rotation)
        yield* Effect.flip(refresh(integration))
        assert.strictEqual((yield* stateOf(integration)).problem?.code, code)
      }).pipe(inApplicationOf(rotating(rotation)))
    )
  })
}

describe("A strict provider's lease", () => {
  it.effect("outlasts its call, so that the holder can come back with the answer", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect({}, { provider: "strict" })
      yield* TestClock.adjust("1 hour")
      yield* refreshesTo({})
      const gate = yield* client.refresh.hold
      const reading = yield* Effect.forkChild(read(integration))
      yield* gate.reached
      const acquire = TokenRepository.use((tokens) =>
        tokens.acquireLease(ada, integration.id, { generation: 1, owner: "another", duration: Duration.seconds(30) })
      )
      const lease = Option.getOrThrow(Option.flatMap(yield* tokenRow(integration), (row) => row.lease))
      assert.strictEqual(lease.until, 3_600_000 + 120_000)
      assert.strictEqual((yield* acquire)._tag, "Held")
      assert.lengthOf(yield* refreshCalls, 1)
      yield* gate.release
      assert.isTrue((yield* Fiber.join(reading)).refreshed)
    }).pipe(inApplicationOf(rotating("strict")))
  )
})
