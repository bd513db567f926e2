import { Context, Data, Effect, Layer } from "effect"
import { DataKeyRepository } from "../ports/DataKeyRepository.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"

/** Data keys are wrapped under the key, so many of them: rewrap them before. */
export class KeyStillWraps extends Data.TaggedError("KeyStillWraps")<{
  readonly keyId: string
  readonly dataKeys: number
}> {}

/** Ends a key for good: when this is done, nothing that is stored needs it, and its id never comes back. */
export class RetireKey extends Context.Service<RetireKey>()("@oauth-manager/application/use-cases/RetireKey", {
  make: Effect.gen(function* () {
    const deployment = yield* KeyRepository
    const dataKeys = yield* DataKeyRepository
    return {
      /** Done again it changes nothing: what follows it may have been broken off. */
      retire: Effect.fn("RetireKey.retire")((keyId: string) =>
        deployment.retire(keyId).pipe(
          Effect.catchTags({
            KeyInUse: () =>
              Effect.flatMap(dataKeys.countAcrossUsers, (used) =>
                Effect.fail(new KeyStillWraps({ keyId, dataKeys: used.get(keyId) ?? 0 }))
              ),
            KeyUnknown: (unknown) =>
              Effect.flatMap(deployment.retired, (retired) =>
                retired.includes(keyId) ? Effect.void : Effect.fail(unknown)
              )
          })
        )
      )
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
