import { Schema } from "effect"
import { Time } from "./Time.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A key-encryption key, by its id. `held`: this server has it. `data_keys`: how many users' keys it wraps. */
export const KeyView = Schema.Struct({
  id: Schema.String,
  primary: Schema.Boolean,
  held: Schema.Boolean,
  added_at: Time,
  promoted_at: Schema.optionalKey(Time),
  data_keys: Count
}).annotate({ identifier: "Key" })
export type KeyView = typeof KeyView.Type

/**
 * How far a rotation has come: it is over when nothing is left `to_rewrap` and `to_reseal`. `requested_at`: when new data keys
 * were asked for last.
 */
export const KeyRotationView = Schema.Struct({
  data_keys: Count,
  wrapped_by_primary: Count,
  to_rewrap: Count,
  to_reseal: Count,
  requested_at: Schema.optionalKey(Time)
}).annotate({ identifier: "KeyRotation" })
export type KeyRotationView = typeof KeyRotationView.Type
