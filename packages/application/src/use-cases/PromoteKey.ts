import { Context, Data, Effect, Layer } from "effect"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"
import { AdoptKeys } from "./AdoptKeys.ts"

/** Whoever promotes a key must hold it: no other can say that it is the right one. */
export class KeyNotHeld extends Data.TaggedError("KeyNotHeld")<{
  readonly keyId: string
  readonly held: ReadonlyArray<string>
}> {}

/** Makes a key the one under which new data keys are wrapped, and the others little by little. Every server must hold it before. */
export class PromoteKey extends Context.Service<PromoteKey>()("@oauth-manager/application/use-cases/PromoteKey", {
  make: Effect.gen(function* () {
    const management = yield* KeyManagement
    const deployment = yield* KeyRepository
    const { register } = yield* AdoptKeys
    return {
      promote: Effect.fn("PromoteKey.promote")(function* (keyId: string) {
        const held: ReadonlyArray<string> = yield* management.keyIds
        if (!held.includes(keyId)) return yield* new KeyNotHeld({ keyId, held })
        yield* register
        yield* deployment.promote(keyId)
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
