import { Schema } from "effect"
import { Condition } from "./Settings.ts"
import { Code, Line, Seconds } from "./Text.ts"

/**
 * What becomes of a refresh token that was used. `static`: it stays. `overlap`: a new one may come, and the old one goes
 * on working. `grace`: a new one comes, and the old one works for some seconds more. `strict`: a new one comes, and the
 * old one is dead at once.
 */
export const Rotation = Schema.Union([
  Schema.Literals(["static", "overlap", "strict"]),
  Schema.Struct({ grace: Seconds })
])
export type Rotation = typeof Rotation.Type

/** A rule by which refresh tokens die: `unused` for so long, or so long after the `authorization`. */
export const RefreshTokenLifetime = Schema.Struct({
  code: Code,
  since: Schema.Literals(["unused", "authorization"]),
  seconds: Seconds,
  /** For people: what dies when, and how to prevent it. */
  text: Line,
  onlyIf: Schema.optionalKey(Condition)
})
export type RefreshTokenLifetime = typeof RefreshTokenLifetime.Type

export const RefreshTokens = Schema.Struct({
  rotation: Rotation,
  lifetimes: Schema.optionalKey(Schema.Array(RefreshTokenLifetime)),
  /** How many of one account the provider keeps alive for one client; a further one silently kills the oldest. */
  mostForAccount: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }, { message: "must be 1 to 100000" }))
  )
})
