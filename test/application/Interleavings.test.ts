import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { runs, seed } from "../domain/Seed.ts"
import { aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { anAnswer, authorize, complete, connect, stored } from "./Journey.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime } from "./Time.ts"
import { disconnect, read, refresh } from "./Tokens.ts"

const operations = ["refresh", "read", "disconnect", "reconnect"] as const

const Step = Schema.Struct({
  operation: Schema.Literals(operations),
  after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
})

const run = Effect.fnUntraced(function* (integration: Integration, { after, operation }: typeof Step.Type) {
  const authorized = operation === "reconnect" ? yield* authorize() : undefined
  yield* Effect.repeat(Effect.yieldNow, { times: after })
  if (authorized !== undefined) return yield* Effect.asVoid(complete(authorized))
  if (operation === "refresh") return yield* Effect.asVoid(refresh(integration))
  if (operation === "disconnect") return yield* Effect.asVoid(disconnect(integration))
  return yield* Effect.asVoid(read(integration))
})

const providerAnswers = Effect.gen(function* () {
  const client = yield* ScriptedOAuthClient
  const slowly = Effect.repeat(Effect.yieldNow, { times: 10 })
  yield* client.exchange.always(() =>
    Effect.andThen(
      slowly,
      Effect.sync(() => anAnswer())
    )
  )
  yield* client.refresh.always(() =>
    Effect.andThen(
      slowly,
      Effect.sync(() => aTokenAnswer())
    )
  )
  yield* client.revoke.always(() => Effect.as(slowly, "revoked"))
})

const holdsToken = (integration: Integration) => integration.status === "active"

describe(`Refreshes, reads, disconnections and new authorizations at once (seed ${seed})`, () => {
  it.effect.prop(
    "leave no token with a disconnected integration, and a readable one with every connected",
    [Schema.Array(Step).check(Schema.isMinLength(2), Schema.isMaxLength(8))],
    ([steps]) =>
      Effect.gen(function* () {
        yield* providerAnswers
        const integration = yield* connect()
        yield* TestClock.adjust("1 hour")
        const fibers = yield* Effect.forEach(steps, (step) =>
          Effect.forkChild(Effect.result(run(integration, step)), { startImmediately: true })
        )
        const results = yield* Effect.forEach(fibers, (fiber) => joinInTime(fiber))
        for (const result of results) {
          if (result._tag === "Failure") assert.strictEqual(result.failure._tag, "Disconnected")
        }

        const rows = yield* stored
        const integrations = HashMap.toValues(rows.integrations)
        assert.isAtMost(integrations.filter(holdsToken).length, 1)
        assert.sameMembers(
          [...HashMap.keys(rows.tokens)],
          integrations.filter(holdsToken).map(({ id }) => id)
        )
        assert.isTrue(integrations.every(({ status }) => status === "active" || status === "disconnected"))
        assert.strictEqual(HashMap.size(rows.revocations), 0)
        for (const { id } of integrations.filter(holdsToken)) {
          assert.match(Redacted.value((yield* read({ id })).accessToken), /^[\w-]{43}$/)
        }
      }).pipe(inApplication),
    runs(300)
  )
})
