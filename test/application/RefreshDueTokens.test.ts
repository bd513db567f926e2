import {
  AnnounceExpiry,
  ProviderUnavailable,
  RefreshDueTokens,
  TokenRepository,
  TokenUses
} from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, connect, stored } from "./Journey.ts"
import { variant } from "./Providers.ts"
import { endings } from "./Recorded.ts"
import { rotating } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { disconnect, generationOf, read, refresh, refreshCalls } from "./Tokens.ts"

const refreshDue = RefreshDueTokens.use((useCase) => useCase.refreshDue())

const answers = Effect.flatMap(ScriptedOAuthClient, (client) =>
  client.refresh.always(() => Effect.sync(() => aTokenAnswer()))
)

const use = (integration: Integration) =>
  Effect.andThen(
    read(integration),
    TokenUses.use((uses) => uses.write)
  )

describe("RefreshDueTokens", () => {
  const inStatic = inApplicationOf(rotating("static"))

  it.effect("renews tokens between 70 and 90 % of their life, each once, and nobody waits for it", () =>
    Effect.gen(function* () {
      yield* answers
      const integrations = yield* Effect.forEach(Array.from({ length: 50 }), () =>
        connect({ account: anAccount() }, { provider: "static" })
      )
      yield* TestClock.adjust("41 minutes")
      assert.strictEqual(yield* refreshDue, 0)
      let earlier = 0
      for (let minute = 42; minute <= 54; minute++) {
        yield* TestClock.adjust("1 minute")
        earlier += yield* refreshDue
      }
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(earlier + (yield* refreshDue), 50)
      assert.lengthOf(yield* refreshCalls, 50)
      yield* TestClock.adjust("10 minutes")
      for (const integration of integrations) assert.isFalse((yield* read(integration)).refreshed)
    }).pipe(inStatic)
  )

  it.effect("asks a provider for 20 at a time", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      let inFlight = 0
      let most = 0
      yield* client.refresh.always(() =>
        Effect.gen(function* () {
          most = Math.max(most, ++inFlight)
          yield* Effect.repeat(Effect.yieldNow, { times: 20 })
          inFlight--
          return aTokenAnswer()
        })
      )
      yield* Effect.forEach(Array.from({ length: 90 }), () => connect({ account: anAccount() }, { provider: "static" }))
      yield* TestClock.adjust("55 minutes")
      assert.strictEqual(yield* refreshDue, 90)
      assert.isAtMost(most, 20)
      assert.isAtLeast(most, 10)
    }).pipe(inStatic)
  )

  it.effect("leaves integrations alone that nobody has used for 30 days, until somebody does", () =>
    Effect.gen(function* () {
      yield* answers
      const [used, idle] = [
        yield* connect({ account: anAccount() }, { provider: "static" }),
        yield* connect({ account: anAccount() }, { provider: "static" })
      ]
      yield* TestClock.adjust("29 days")
      yield* use(used)
      yield* TestClock.adjust("2 days")
      assert.strictEqual(yield* refreshDue, 1)
      assert.deepStrictEqual(yield* generationOf(used), Option.some(3))
      assert.deepStrictEqual(yield* generationOf(idle), Option.some(1))
      yield* use(idle)
      yield* TestClock.adjust("1 hour")
      yield* refreshDue
      assert.deepStrictEqual(yield* generationOf(idle), Option.some(3))
    }).pipe(inStatic)
  )

  it.effect("uses a refresh token in time that would die of disuse, though nobody uses the integration", () =>
    Effect.gen(function* () {
      yield* answers
      const integration = yield* connect({}, { provider: "ninety" })
      yield* TestClock.adjust("60 days")
      assert.strictEqual(yield* refreshDue, 0)
      yield* TestClock.adjust("22 days")
      assert.strictEqual(yield* refreshDue, 1)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    }).pipe(
      inApplicationOf(
        variant("ninety", {
          refreshTokens: {
            rotation: "overlap",
            lifetimes: [{ code: "unused", since: "unused", seconds: 90 * 24 * 60 * 60, text: "It dies of disuse." }]
          }
        })
      )
    )
  )

  it.effect("takes up what another server left behind", () =>
    Effect.gen(function* () {
      yield* answers
      const integration = yield* connect({}, { provider: "static" })
      const tokens = yield* TokenRepository
      yield* tokens.acquireLease(ada, integration.id, {
        generation: 1,
        owner: "a dead process",
        duration: Duration.seconds(30)
      })
      assert.strictEqual(yield* refreshDue, 0)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(yield* refreshDue, 1)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.strictEqual(yield* refreshDue, 0)
    }).pipe(inStatic)
  )

  it.effect("makes no rotation of a strict provider's that nobody asked for", () =>
    Effect.gen(function* () {
      yield* connect({}, { provider: "strict" })
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* refreshDue, 0)
    }).pipe(inApplicationOf(rotating("strict")))
  )

  it.effect("takes nothing that is due at a provider that is down, so that it is due as soon as that is back", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integrations = yield* Effect.forEach(Array.from({ length: 8 }), () =>
        connect({ account: anAccount() }, { provider: "static" })
      )
      const down = new ProviderUnavailable({ provider: "static", reason: "unreachable", retryAfter: Option.none() })
      yield* client.refresh.always(() => Effect.fail(down))
      yield* TestClock.adjust("55 minutes")
      for (const integration of integrations.slice(0, 5)) yield* Effect.flip(refresh(integration))
      const before = yield* stored
      assert.strictEqual(yield* refreshDue, 0)
      assert.lengthOf(yield* refreshCalls, 5)
      assert.strictEqual((yield* stored).tokens, before.tokens)
      yield* answers
      yield* TestClock.adjust("10 seconds")
      assert.isAtLeast(yield* refreshDue, 3)
    }).pipe(inStatic)
  )

  it.effect("does nothing for an integration that has ended", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => Effect.succeed("revoked"))
      yield* disconnect(yield* connect({}, { provider: "static" }))
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* refreshDue, 0)
    }).pipe(inStatic)
  )
})

describe("AnnounceExpiry", () => {
  const seven = variant("seven", {
    refreshTokens: {
      rotation: "static",
      lifetimes: [{ code: "testing", since: "authorization", seconds: 7 * 24 * 60 * 60, text: "It dies after a week." }]
    }
  })
  const announceDue = AnnounceExpiry.use((useCase) => useCase.announceDue())

  it.effect("announces once, in good time, that a refresh token will die whatever is done", () =>
    Effect.gen(function* () {
      yield* answers
      const integration = yield* connect({}, { provider: "seven" })
      yield* TestClock.adjust("3 days")
      assert.strictEqual(yield* announceDue, 0)
      yield* read(integration)
      yield* TestClock.adjust("13 hours")
      assert.strictEqual(yield* announceDue, 1)
      yield* read(integration)
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* announceDue, 0)
      assert.deepStrictEqual(yield* endings("integration.expiry_announced"), [
        { outcome: "success", reason: "refresh_token_expires" }
      ])
    }).pipe(inApplicationOf(seven))
  )

  it.effect("leaves it to be announced where the announcement cannot be recorded", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* connect({}, { provider: "seven" })
      yield* TestClock.adjust("4 days")
      yield* faults.next("AuditTrail.record", storageDown)
      assert.strictEqual((yield* Effect.flip(announceDue))._tag, "RepositoryUnavailable")
      assert.strictEqual(yield* announceDue, 1)
    }).pipe(inApplicationOf(seven))
  )

  it.effect("announces nothing of an integration that has ended", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => Effect.succeed("revoked"))
      yield* disconnect(yield* connect({}, { provider: "seven" }))
      yield* TestClock.adjust("4 days")
      assert.strictEqual(yield* announceDue, 0)
    }).pipe(inApplicationOf(seven))
  )

  it.effect("announces anew the end of what the user authorized anew", () =>
    Effect.gen(function* () {
      yield* connect({}, { provider: "seven" })
      yield* TestClock.adjust("4 days")
      assert.strictEqual(yield* announceDue, 1)
      yield* connect({}, { provider: "seven" })
      yield* TestClock.adjust("83 hours")
      assert.strictEqual(yield* announceDue, 0)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* announceDue, 1)
    }).pipe(inApplicationOf(seven))
  )
})
