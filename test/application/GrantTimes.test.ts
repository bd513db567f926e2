import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { Faults, unreadable } from "./Faults.ts"
import { connect } from "./Journey.ts"
import { variant } from "./Providers.ts"
import { inApplication, inApplicationOf } from "./TestApplication.ts"
import { disconnect, find, loseGrant, refresh, refreshesTo, tokenRow } from "./Tokens.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"

const day = Duration.days(1)
const after = (days: number) => DateTime.makeUnsafe(Duration.toMillis(Duration.times(day, days)))

const refreshExpiresAt = (integration: Pick<Integration, "id">) =>
  Effect.map(tokenRow(integration), (row) => Option.getOrThrow(row).token.refreshExpiresAt)

const verified = inApplicationOf(variant("verified", { reverifyEvery: 30 * 24 * 60 * 60 }))

describe("What is kept of an authorization", () => {
  it.effect("is when it was given last, and how often", () =>
    Effect.gen(function* () {
      const first = yield* connect()
      assert.deepInclude(first, { authorizations: 1, authorizedAt: after(0), connectedAt: after(0) })
      yield* TestClock.adjust(day)
      const second = yield* connect()
      assert.deepInclude(second, { id: first.id, authorizations: 2, authorizedAt: after(1), connectedAt: after(0) })
      yield* loseGrant(first)
      yield* TestClock.adjust(day)
      assert.deepInclude(yield* connect(), { id: first.id, authorizations: 3, authorizedAt: after(2) })
    }).pipe(inApplication)
  )

  it.effect("is not changed by a refresh", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust(day)
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual((yield* find(integration)).integration, integration)
    }).pipe(inApplication)
  )

  it.effect("is when it must be verified, where the provider's terms want that", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const integration = yield* connect({}, { provider: "verified" })
      assert.deepStrictEqual(integration.reverifyAt, Option.some(after(30)))
      yield* TestClock.adjust(day)
      assert.deepStrictEqual((yield* connect({}, { provider: "verified" })).reverifyAt, Option.some(after(31)))
      yield* disconnect(integration)
      assert.deepStrictEqual((yield* find(integration)).integration.reverifyAt, Option.none())
    }).pipe(verified)
  )

  it.effect("is no such time where the provider's terms want nothing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* connect()).reverifyAt, Option.none())
    }).pipe(inApplication)
  )
})

describe("The end of a refresh token", () => {
  const months = Option.some(Duration.days(180))

  it.effect("is kept where the provider tells it, and is shown", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust(day)
      const integration = yield* connect({ refreshExpiresIn: months })
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(181)))
      const { token } = yield* find(integration)
      assert.deepStrictEqual(Option.getOrThrow(token).refreshExpiresAt, Option.some(after(181)))
    }).pipe(inApplication)
  )

  it.effect("is not known where the provider does not tell it, nor where no refresh token came", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refreshExpiresAt(yield* connect()), Option.none())
      const integration = yield* connect(
        { refreshToken: Option.none(), refreshExpiresIn: months },
        {
          provider: "incremental"
        }
      )
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.none())
    }).pipe(inApplication)
  )

  it.effect("stays where a refresh, or a new authorization, leaves the refresh token in force", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshExpiresIn: months })
      yield* TestClock.adjust(day)
      yield* refreshesTo({ refreshToken: Option.none() })
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(180)))
      yield* TestClock.adjust(day)
      yield* connect({ refreshToken: Option.none() })
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(180)))
    }).pipe(inApplication)
  )

  it.effect("is what the provider says last, though the refresh token stays", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshExpiresIn: months })
      yield* TestClock.adjust(day)
      yield* refreshesTo({ refreshToken: Option.none(), refreshExpiresIn: months })
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(181)))
      yield* TestClock.adjust(day)
      yield* connect({ refreshToken: Option.none(), refreshExpiresIn: Option.some(day) })
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(3)))
    }).pipe(inApplication)
  )

  it.effect("is the new one's, or unknown, where a new refresh token comes", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshExpiresIn: months })
      yield* TestClock.adjust(day)
      yield* refreshesTo({ refreshExpiresIn: months }, {})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(181)))
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.none())
      yield* connect({ refreshExpiresIn: months })
      yield* connect()
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.none())
    }).pipe(inApplication)
  )

  it.effect("is not put off by a refresh that comes after it", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshExpiresIn: Option.some(day) })
      yield* TestClock.adjust(Duration.days(2))
      yield* refreshesTo({ refreshToken: Option.none() })
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshExpiresAt(integration), Option.some(after(2)))
    }).pipe(inApplication)
  )

  it.effect("goes with a refresh token that can no longer be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect({ refreshExpiresIn: months })
      yield* faults.next("TokenVault.open", Effect.void, Effect.void, unreadable)
      yield* connect({ refreshToken: Option.none() })
      const { token } = Option.getOrThrow(yield* tokenRow(integration))
      assert.deepInclude(token, { refreshToken: Option.none(), refreshExpiresAt: Option.none() })
    }).pipe(inApplication)
  )
})
