import {
  DataKeyRotation,
  GrantRefused,
  RefreshJournal,
  ReplaceDataKeys,
  ReplayJournal,
  TokenAnswerUnusable
} from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { aSecret } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { anAnswer, connect } from "./Journey.ts"
import { endings } from "./Recorded.ts"
import { rotating, rotations } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { joinInTime } from "./Time.ts"
import {
  disconnect,
  generationOf,
  plain,
  read,
  refresh,
  refreshCalls,
  refreshesTo,
  revokeCalls,
  stateOf
} from "./Tokens.ts"

const entries = RefreshJournal.use((journal) => journal.entries)
const replay = ReplayJournal.use((useCase) => useCase.replay())

/** The provider has rotated the token, and the storage is down for longer than anybody waits. */
const unstored = Effect.fnUntraced(function* (provider: string, answer: Parameters<typeof refreshesTo>[0] = {}) {
  const faults = yield* Faults
  const integration = yield* connect({}, { provider })
  yield* TestClock.adjust("1 hour")
  const [token] = yield* refreshesTo(answer)
  yield* faults.every("TokenRepository.commitRefresh", storageDown)
  const fiber = yield* Effect.forkChild(Effect.flip(refresh(integration)))
  assert.strictEqual((yield* joinInTime(fiber, "1 second"))._tag, "RepositoryUnavailable")
  yield* faults.mend("TokenRepository.commitRefresh")
  return { integration, token: token ?? assert.fail("no answer") }
})

const isHeld = Effect.fnUntraced(function* (integration: Integration, token: Redacted.Redacted<string>) {
  assert.strictEqual(Redacted.value((yield* read(integration)).accessToken), Redacted.value(token))
})

for (const rotation of rotations) {
  describe(`An answer that storage does not take, where the rotation is ${rotation}`, () => {
    it.effect("waits in the journal, and is stored by a replay", () =>
      Effect.gen(function* () {
        const { integration, token } = yield* unstored(rotation)
        assert.deepStrictEqual(
          (yield* entries).map(({ generation, integrationId }) => [integrationId, generation]),
          [[integration.id, 1]]
        )
        assert.strictEqual(yield* replay, 1)
        assert.deepStrictEqual(yield* entries, [])
        yield* isHeld(integration, token.accessToken)
        assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
        assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: "replayed" }])
      }).pipe(inApplicationOf(rotating(rotation)))
    )
  })
}

/** Gives every user a new data key. */
const replaceDataKeys = Effect.gen(function* () {
  const { request } = yield* DataKeyRotation
  yield* request
  const { replaced } = yield* ReplaceDataKeys.use((useCase) => useCase.pass())
  assert.strictEqual(replaced, 1)
})

describe("An answer whose user got a new data key meanwhile", () => {
  it.effect("is stored by a replay all the same, where its lease was given back", () =>
    Effect.gen(function* () {
      const { integration, token } = yield* unstored("overlap")
      yield* replaceDataKeys
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual(yield* entries, [])
      yield* isHeld(integration, token.accessToken)
    }).pipe(inApplicationOf(rotating("overlap")))
  )

  it.effect("mends an integration that was given up for want of it", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const { integration } = yield* unstored("strict")
      yield* TestClock.adjust("1 hour")
      yield* client.refresh.always(() => Effect.fail(new GrantRefused({ provider: "strict" })))
      const refused = yield* Effect.forkChild(Effect.flip(refresh(integration)))
      assert.strictEqual((yield* joinInTime(refused, "1 second"))._tag, "ReauthorizationRequired")
      yield* replaceDataKeys
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
    }).pipe(inApplicationOf(rotating("strict")))
  )
})

describe("An answer that storage is about to take", () => {
  for (const [rotation, journaled] of [
    ["static", 0],
    ["overlap", 0],
    ["grace", 1],
    ["strict", 1]
  ] as const) {
    it.effect(`is${journaled === 1 ? "" : " not"} in the journal before, where the rotation is ${rotation}`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const integration = yield* connect({}, { provider: rotation })
        yield* refreshesTo({})
        const commit = yield* faults.hold("TokenRepository.commitRefresh")
        const refreshing = yield* Effect.forkChild(refresh(integration))
        yield* commit.reached
        assert.lengthOf(yield* entries, journaled)
        yield* commit.release
        yield* joinInTime(refreshing)
        assert.deepStrictEqual(yield* entries, [])
      }).pipe(inApplicationOf(rotating(rotation)))
    )
  }
})

describe("A replay of the journal", () => {
  const inStrict = inApplicationOf(rotating("strict"))

  it.effect("has nothing to do where the answer was stored", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "strict" })
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* entries, [])
      assert.strictEqual(yield* replay, 0)
    }).pipe(inStrict)
  )

  it.effect("keeps the old refresh token where the answer came without one", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const { integration, token } = yield* unstored("strict", { refreshToken: Option.none() })
      yield* replay
      yield* isHeld(integration, token.accessToken)
      yield* refreshesTo({})
      yield* refresh(integration)
      const [first, second] = (yield* client.refresh.calls).map((call) => Redacted.value(call[1]))
      assert.strictEqual(second, first)
    }).pipe(inStrict)
  )

  it.effect(
    "keeps the new refresh token of an answer that holds nothing else of use, beside the old access token",
    () =>
      Effect.gen(function* () {
        const client = yield* ScriptedOAuthClient
        const faults = yield* Faults
        const [answer, replacement] = [anAnswer(), aSecret()]
        const integration = yield* connect(answer, { provider: "strict" })
        yield* client.refresh.next(
          Effect.fail(new TokenAnswerUnusable({ provider: "strict", refreshToken: Option.some(replacement) }))
        )
        yield* faults.every("TokenRepository.commitRefresh", storageDown)
        yield* joinInTime(yield* Effect.forkChild(Effect.flip(refresh(integration))), "1 second")
        yield* faults.mend("TokenRepository.commitRefresh")
        assert.strictEqual(yield* replay, 1)
        assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
        yield* isHeld(integration, answer.accessToken)
        yield* refreshesTo({})
        yield* refresh(integration)
        assert.strictEqual((yield* refreshCalls).at(-1), Redacted.value(replacement))
      }).pipe(inStrict)
  )

  it.effect("changes nothing where the answer was stored after all, and revokes nothing", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const { integration, token } = yield* unstored("strict")
      const [entry] = yield* entries
      yield* replay
      yield* journal.write(entry ?? assert.fail("no entry"))
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual(yield* revokeCalls, [])
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      yield* isHeld(integration, token.accessToken)
    }).pipe(inStrict)
  )

  it.effect("revokes what came for an integration that was disconnected meanwhile", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => Effect.succeed("revoked"))
      const { integration, token } = yield* unstored("strict", { refreshToken: Option.some(aSecret()) })
      yield* disconnect(integration)
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual((yield* revokeCalls).at(-1), [plain(token.refreshToken), "refresh_token"])
      assert.strictEqual((yield* stateOf(integration)).status, "disconnected")
    }).pipe(inStrict)
  )

  it.effect("mends what another server gave up as in doubt", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const { integration, token } = yield* unstored("strict")
      yield* TestClock.adjust("3 minutes")
      yield* client.refresh.always(() => Effect.fail(new GrantRefused({ provider: "strict" })))
      yield* Effect.flip(refresh(integration))
      assert.strictEqual((yield* stateOf(integration)).problem?.code, "rotation_in_doubt")
      yield* replay
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      const { accessToken } = yield* read(integration, { minTtl: Option.none() })
      assert.strictEqual(Redacted.value(accessToken), Redacted.value(token.accessToken))
    }).pipe(inStrict)
  )

  it.effect("leaves an entry that cannot be opened for later", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { integration } = yield* unstored("strict")
      yield* faults.next("TokenVault.open", unreadable)
      assert.strictEqual(yield* replay, 0)
      assert.lengthOf(yield* entries, 1)
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    }).pipe(inStrict)
  )

  it.effect("counts the life of a token from when it was answered", () =>
    Effect.gen(function* () {
      const { integration } = yield* unstored("strict")
      const [entry] = yield* entries
      yield* TestClock.adjust("30 minutes")
      yield* replay
      const { expiresAt } = yield* read(integration)
      const answered = entry?.answeredAt ?? assert.fail("no entry")
      assert.deepStrictEqual(expiresAt, Option.some(DateTime.add(answered, { hours: 1 })))
    }).pipe(inStrict)
  )
})
