import type { Caller, Erasure, ErasureProof, UserScope } from "@oauth-manager/domain"
import { Context, Duration, Effect, Layer, Option } from "effect"
import { requireAccess } from "../access/Access.ts"
import { Revoker } from "../disconnect/Revoker.ts"
import { ErasureEnd } from "../erasure/ErasureEnd.ts"
import { ErasureStart } from "../erasure/ErasureStart.ts"
import { type ErasedUser, ErasureRepository } from "../ports/ErasureRepository.ts"

const batch = 20
const lease = Duration.seconds(30)

/** What has come of an erasure: it has ended once there is a proof. */
export interface ErasureProgress {
  readonly erasure: Erasure
  readonly proof: Option.Option<ErasureProof>
}

/**
 * Erases a person: their grants are revoked, their data key and all that names them is destroyed. What a fault interrupts is taken up
 * again by the background, on whichever server.
 */
export class EraseUser extends Context.Service<EraseUser>()("@oauth-manager/application/use-cases/EraseUser", {
  make: Effect.gen(function* () {
    const erasures = yield* ErasureRepository
    const start = yield* ErasureStart
    const end = yield* ErasureEnd
    const revoker = yield* Revoker

    const advanceAlone = (erased: ErasedUser) =>
      end.advance("background", erased).pipe(
        Effect.map(Option.isSome),
        Effect.catch((error) => Effect.as(Effect.logWarning("an erasure waits", error.message), false))
      )

    return {
      /** None where nothing of the user is stored (any more). */
      erase: Effect.fn("EraseUser.erase")(function* (caller: Caller, user: UserScope) {
        yield* requireAccess(caller, user, "users:erase")
        const begun = yield* start.begin(caller, user)
        if (Option.isNone(begun)) return Option.none<ErasureProgress>()
        const { erasure, pending } = begun.value
        // The outbox has what this does not come to
        yield* Effect.forEach(pending, (revocation) => Effect.ignore(revoker.attempt(revocation, caller)), {
          concurrency: 4,
          discard: true
        })
        return Option.some({ erasure, proof: yield* end.advance(caller, { owner: user, erasure }) })
      }, Effect.uninterruptible),
      /** Takes running erasures, which no other server does meanwhile, and answers how many have ended. */
      advanceDue: Effect.fn("EraseUser.advanceDue")(function* () {
        const ended = yield* Effect.forEach(yield* erasures.claimDueAcrossUsers(batch, lease), advanceAlone)
        return ended.filter((hasEnded) => hasEnded).length
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
