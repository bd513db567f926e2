import { RetryRevocations } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { advanceDue, erase, listed, names, nobody, revoking } from "./Erasing.ts"
import { Faults, storageDown } from "./Faults.ts"
import { connect, stored } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"

/** All that an erasure writes or reads, in its order. */
const operations = [
  "ErasureRepository.begin",
  "IntegrationRepository.list",
  "IntegrationRepository.findForUpdate",
  "TokenRepository.find",
  "TokenRepository.destroy",
  "RevocationOutbox.add",
  "IntegrationRepository.update",
  "ConsentRepository.withdrawAll",
  "AuditTrail.record",
  "EventOutbox.append",
  "UnitOfWork.forUser",
  "RevocationOutbox.settle",
  "ErasureList.append",
  "ErasureRepository.complete",
  "ErasureRepository.destroy"
]

const retryDue = RetryRevocations.use((useCase) => useCase.retryDue())

/** What the sweep of any server does, until nothing is left to do. */
const background = Effect.gen(function* () {
  for (let round = 0; round < 5; round++) {
    yield* TestClock.adjust("5 minutes")
    yield* Effect.ignore(retryDue)
    yield* Effect.ignore(advanceDue)
  }
})

const assertErased = Effect.gen(function* () {
  assert.deepStrictEqual(yield* names, nobody)
  const rows = yield* stored
  const [row] = HashMap.toValues(rows.erasures)
  assert.deepStrictEqual(
    Option.map(row?.erasure.proof ?? Option.none(), ({ revocations }) => revocations),
    Option.some({ revoked: 1, unsupported: 0, givenUp: 0 })
  )
  assert.deepStrictEqual(
    (yield* listed).map(({ id }) => id),
    [row?.erasure.id]
  )
  assert.lengthOf(yield* eventsOf("user.erased"), 1)
  assert.lengthOf(yield* eventsOf("user.erasure_requested"), 1)
})

describe("an erasure that a fault interrupts", () => {
  for (const operation of operations) {
    it.effect(`changes nothing, or goes on in the background: ${operation} fails`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        yield* revoking
        yield* connect()
        const before = yield* stored
        yield* faults.next(operation, storageDown)
        yield* Effect.exit(erase())
        yield* background
        const rows = yield* stored
        if (HashMap.size(rows.erasures) === 0) {
          assert.deepStrictEqual([rows.integrations, rows.tokens], [before.integrations, before.tokens])
          assert.lengthOf(yield* listed, 0)
          yield* erase()
        }
        yield* assertErased
      }).pipe(inApplication)
    )

    it.effect(`goes on in the background: the answer of ${operation} is lost`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        yield* revoking
        yield* connect()
        yield* faults.loseAnswer(operation)
        yield* Effect.exit(erase())
        yield* background
        if (HashMap.size((yield* stored).erasures) === 0) yield* erase()
        yield* assertErased
      }).pipe(inApplication)
    )
  }

  it.effect("is not ended while the list outside the database cannot be written, and is when it can", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* revoking
      yield* connect()
      yield* faults.every("ErasureList.append", storageDown)
      assert.strictEqual((yield* Effect.flip(erase()))._tag, "RepositoryUnavailable")
      yield* background
      assert.strictEqual((yield* names)["users"], 1)
      assert.lengthOf(yield* eventsOf("user.erased"), 0)
      yield* faults.mend("ErasureList.append")
      yield* background
      yield* assertErased
    }).pipe(inApplication)
  )
})
