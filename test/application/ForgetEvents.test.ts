import { ForgetEvents } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "./Journey.ts"
import { inApplication } from "./TestApplication.ts"
import { told } from "./Told.ts"
import { refresh, refreshesTo } from "./Tokens.ts"

const forgetOld = ForgetEvents.use((useCase) => useCase.forgetOld())

describe("ForgetEvents", () => {
  it.effect("drops what nobody has come for in a week, and nothing that is younger", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const old = yield* told
      yield* TestClock.adjust("6 days")
      assert.strictEqual(yield* forgetOld, 0)
      yield* refreshesTo({})
      yield* refresh(integration)
      const young = (yield* told).slice(old.length)
      assert.isNotEmpty(young)
      yield* TestClock.adjust("25 hours")
      assert.strictEqual(yield* forgetOld, old.length)
      assert.deepStrictEqual(yield* told, young)
    }).pipe(inApplication)
  )
})
