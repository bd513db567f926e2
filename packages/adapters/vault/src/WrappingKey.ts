import { KeyManagement, KeyRepository, VaultFailed, wrappingKeyOf } from "@oauth-manager/application"
import { Effect, Exit, Option } from "effect"

/** The id of the key-encryption key for new data keys; asked for again after a while, or once `forget` has run. */
export const make = Effect.gen(function* () {
  const keys = yield* KeyManagement
  const deployment = yield* KeyRepository
  const choose = Effect.gen(function* () {
    const chosen = wrappingKeyOf(yield* deployment.list, yield* keys.keyIds)
    return Option.isSome(chosen) ? chosen.value : yield* new VaultFailed({ reason: "unknown_key" })
  })
  // Who waits for the choice is not interrupted with whoever asked first
  const [current, forget] = yield* Effect.cachedInvalidateWithTTL(Effect.uninterruptible(choose), (exit) =>
    Exit.isSuccess(exit) ? "30 seconds" : "0 millis"
  )
  return { current, forget }
})
