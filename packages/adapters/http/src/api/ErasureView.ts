import { ErasureId } from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** It runs on in the background: repeating the request tells how it stands. */
export const ErasingView = Schema.Struct({
  id: ErasureId,
  status: Schema.Literal("erasing"),
  requested_at: Time
}).annotate({ identifier: "Erasing", httpApiStatus: 202 })
export type ErasingView = typeof ErasingView.Type

/**
 * Nothing of the user is stored any more. `id` is the proof's: it is there in the answer that ends the erasure, since nothing tells
 * afterwards whose it was. `revocations`: how many integrations were revoked at their providers, could not be, or were
 * given up.
 */
export const ErasedView = Schema.Struct({
  id: Schema.optionalKey(ErasureId),
  status: Schema.Literal("erased"),
  requested_at: Schema.optionalKey(Time),
  erased_at: Schema.optionalKey(Time),
  revocations: Schema.optionalKey(Schema.Struct({ revoked: Count, unsupported: Count, given_up: Count }))
}).annotate({ identifier: "Erased", httpApiStatus: 200 })
export type ErasedView = typeof ErasedView.Type
