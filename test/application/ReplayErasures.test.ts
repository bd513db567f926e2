import {
  ErasureList,
  ErasureRepository,
  RefreshJournal,
  ReplayErasures,
  ReplayJournal
} from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { aJournalEntry, anErasureEntry } from "../fakes/Samples.ts"
import { keyOf } from "../fakes/Rows.ts"
import { adasReference, advanceDue, erase, listed, names, nobody, replay, restore, revoking } from "./Erasing.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, connect, stored } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { read, revokeCalls } from "./Tokens.ts"

const copy = ReplayErasures.use((useCase) => useCase.copy())

const adasDataKey = Effect.map(stored, ({ dataKeys }) =>
  Option.map(HashMap.get(dataKeys, keyOf(ada)), ({ key }) => key.id)
)

/** Ada is connected, backed up, erased, and brought back by the backup. */
const restored = Effect.gen(function* () {
  yield* revoking
  const integration = yield* connect()
  const backup = yield* stored
  const { erasure } = Option.getOrThrow(yield* erase())
  yield* restore(backup)
  return { backup, erasure, integration }
})

describe("ReplayErasures", () => {
  it.effect("has nothing to do where nobody was erased, or those who were are gone", () =>
    Effect.gen(function* () {
      yield* revoking
      assert.strictEqual(yield* replay, 0)
      yield* connect()
      yield* erase()
      assert.strictEqual(yield* replay, 0)
    }).pipe(inApplication)
  )

  it.effect("erases at once whom a backup brings back, without a second revocation, and audits it", () =>
    Effect.gen(function* () {
      const { erasure, integration } = yield* restored
      const before = (yield* revokeCalls).length
      assert.strictEqual((yield* read(integration)).tokenType, "Bearer")
      assert.strictEqual(yield* replay, 1)
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "NotFound")
      assert.deepStrictEqual(yield* names, nobody)
      assert.lengthOf(yield* revokeCalls, before)
      const [event] = yield* eventsOf("user.erased")
      assert.deepInclude(event, { object: { type: "user", id: erasure.subject }, reason: "replayed" })
      const proof = HashMap.get((yield* stored).erasures, erasure.id)
      assert.isTrue(Option.exists(proof, ({ replayedAt }) => Option.isSome(replayedAt)))
      assert.strictEqual(yield* replay, 0)
    }).pipe(inApplication)
  )

  it.effect("is taken up where a fault interrupted it", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* restored
      for (const operation of [
        "ErasureRepository.keepProofAcrossUsers",
        "AuditTrail.record",
        "ErasureRepository.destroy"
      ]) {
        yield* faults.next(operation, storageDown)
        assert.strictEqual((yield* Effect.flip(replay))._tag, "RepositoryUnavailable")
        assert.strictEqual((yield* names)["users"], 1)
      }
      assert.strictEqual(yield* replay, 1)
      assert.deepStrictEqual(yield* names, nobody)
      assert.lengthOf(yield* eventsOf("user.erased"), 1)
    }).pipe(inApplication)
  )

  it.effect("leaves alone the one who came back by themselves", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* connect()
      yield* erase()
      const integration = yield* connect()
      assert.strictEqual(yield* replay, 0)
      assert.strictEqual((yield* read(integration)).tokenType, "Bearer")
    }).pipe(inApplication)
  )

  it.effect("leaves alone the one who came back while another server replayed the same list", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* restored
      const gate = yield* faults.hold("UnitOfWork.acrossUsers")
      const late = yield* Effect.forkChild(replay)
      yield* gate.reached
      assert.strictEqual(yield* replay, 1)
      const integration = yield* connect()
      yield* gate.release
      assert.strictEqual(yield* Fiber.join(late), 0)
      assert.strictEqual((yield* read(integration)).tokenType, "Bearer")
      assert.lengthOf(yield* eventsOf("user.erased"), 1)
    }).pipe(inApplication)
  )

  it.effect("leaves an erasure that still runs to those who carry it on", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* revoking
      yield* connect()
      yield* faults.next("ErasureRepository.complete", storageDown)
      yield* Effect.exit(erase())
      const subject = yield* adasReference
      assert.strictEqual(yield* replay, 0)
      assert.strictEqual(yield* adasReference, subject)
    }).pipe(inApplication)
  )

  it.effect("finds one among thousands of others", () =>
    Effect.gen(function* () {
      const list = yield* ErasureList
      yield* list.append(...Array.from({ length: 2500 }, () => anErasureEntry()))
      yield* restored
      assert.strictEqual(yield* replay, 1)
    }).pipe(inApplication)
  )

  it.effect("copies to the list what other servers erased, once", () =>
    Effect.gen(function* () {
      const erasures = yield* ErasureRepository
      yield* connect()
      const dataKeyId = yield* adasDataKey
      const entries = Array.from({ length: 1500 }, () => anErasureEntry({ dataKeyId }))
      const at = anErasureEntry().requestedAt
      for (const entry of entries) yield* erasures.keepProofAcrossUsers(ada, entry, at)
      yield* copy
      yield* copy
      assert.sameDeepMembers([...(yield* listed)], entries)
    }).pipe(inApplication)
  )

  it.effect("lets the journal drop an answer whose data key is gone", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      yield* revoking
      const { id, owner } = yield* connect()
      yield* journal.write(aJournalEntry({ owner, integrationId: id }))
      yield* erase()
      yield* advanceDue
      assert.strictEqual(yield* ReplayJournal.use((useCase) => useCase.replay()), 1)
      assert.deepStrictEqual(yield* journal.entries, [])
    }).pipe(inApplication)
  )
})
