import type { RefreshTokenLifetime, Rotation } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Option } from "effect"
import { planOf } from "../../packages/application/src/refresh/RefreshPlanning.ts"
import { aToken, anIntegration } from "../fakes/Samples.ts"
import { ada } from "./Journey.ts"

const integration = anIntegration(ada)
const day = 24 * 60 * 60

interface Case {
  readonly rotation: Rotation
  readonly lifetimes?: ReadonlyArray<RefreshTokenLifetime>
  /** In seconds, from now: when the access token and the refresh token end. */
  readonly lives?: number
  readonly refreshLives?: number
  /** How many seconds ago the user authorized. */
  readonly authorized?: number
  readonly chance?: number
}

/** When the service acts, in seconds from now. */
const planned = ({ authorized = 0, chance = 0, lifetimes = [], lives, refreshLives, rotation }: Case) => {
  const held = aToken(integration)
  const { obtainedAt } = held
  const later = (seconds: number | undefined) =>
    Option.map(Option.fromUndefinedOr(seconds), (count) => DateTime.addDuration(obtainedAt, Duration.seconds(count)))
  const plan = planOf(
    { refreshTokens: { rotation, lifetimes } },
    { ...held, expiresAt: later(lives), refreshExpiresAt: later(refreshLives) },
    { authorizedAt: DateTime.subtractDuration(obtainedAt, Duration.seconds(authorized)) },
    chance
  )
  const seconds = (at: Option.Option<DateTime.Utc>) =>
    Option.getOrUndefined(Option.map(at, (time) => Duration.toSeconds(DateTime.distance(obtainedAt, time))))
  return {
    refresh: seconds(plan.refreshAt),
    keepAlive: seconds(plan.keepAliveAt),
    announce: seconds(plan.announceAt)
  }
}

const rule = (since: "authorization" | "unused", seconds: number): RefreshTokenLifetime => ({
  code: since,
  since,
  seconds,
  text: "It ends."
})

describe("The plan for a token", () => {
  it("renews it from 70 to 90 % of its life, as chance has it", () => {
    assert.strictEqual(planned({ rotation: "static", lives: 1000, chance: 0 }).refresh, 700)
    assert.strictEqual(planned({ rotation: "overlap", lives: 1000, chance: 0.5 }).refresh, 800)
    assert.strictEqual(planned({ rotation: { grace: 60 }, lives: 1000, chance: 1 }).refresh, 900)
  })

  it("leaves one alone that lives for less than two minutes, has no end, or that a strict provider rotates", () => {
    assert.strictEqual(planned({ rotation: "static", lives: 120 }).refresh, 84)
    assert.isUndefined(planned({ rotation: "static", lives: 119 }).refresh)
    assert.isUndefined(planned({ rotation: "static" }).refresh)
    assert.isUndefined(planned({ rotation: "strict", lives: 1000 }).refresh)
  })

  it("does nothing where there is no refresh token, or the provider has none", () => {
    const nothing = { refreshAt: Option.none(), keepAliveAt: Option.none(), announceAt: Option.none() }
    const token = aToken(integration)
    const ends = { rotation: "overlap" as const, lifetimes: [rule("unused", day), rule("authorization", day)] }
    const without = { ...token, refreshToken: Option.none() }
    assert.deepStrictEqual(planOf({ refreshTokens: ends }, without, integration, 0), nothing)
    assert.deepStrictEqual(planOf({ refreshTokens: false }, token, integration, 0), nothing)
  })

  it("keeps the refresh token alive before the first end that use puts off", () => {
    const unused = [rule("unused", 100 * day), rule("unused", 10 * day)]
    assert.strictEqual(planned({ rotation: "strict", lifetimes: unused }).keepAlive, 7 * day)
    assert.strictEqual(planned({ rotation: "strict", lifetimes: unused, refreshLives: 5 * day }).keepAlive, 3.5 * day)
    assert.strictEqual(planned({ rotation: "static", lifetimes: unused, refreshLives: 5 * day }).keepAlive, 7 * day)
    assert.isUndefined(planned({ rotation: "static", refreshLives: 5 * day }).keepAlive)
  })

  it("announces the first end that nothing puts off, 30 days before or at half of what there is", () => {
    const authorization = (days: number) => [rule("authorization", days * day), rule("authorization", 999 * day)]
    assert.strictEqual(planned({ rotation: "overlap", lifetimes: authorization(61) }).announce, 31 * day)
    assert.strictEqual(planned({ rotation: "overlap", lifetimes: authorization(60) }).announce, 30 * day)
    assert.strictEqual(planned({ rotation: "overlap", lifetimes: authorization(8) }).announce, 4 * day)
    const inTheMiddle = planned({ rotation: "overlap", lifetimes: authorization(100), authorized: 20 * day })
    assert.strictEqual(inTheMiddle.announce, 50 * day)
    assert.strictEqual(planned({ rotation: "static", refreshLives: 10 * day }).announce, 5 * day)
    assert.isUndefined(planned({ rotation: "overlap", refreshLives: 10 * day }).announce)
  })
})
