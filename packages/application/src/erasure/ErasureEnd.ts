import type { Erasure, ErasureProof, UserScope } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { type Actor, Journal } from "../access/Journal.ts"
import { type ErasedUser, ErasureRepository } from "../ports/ErasureRepository.ts"
import { type ErasureEntry, ErasureList } from "../ports/ErasureList.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { ErasureTimings } from "./ErasureTimings.ts"

/** Carries an erasure on to its end, from wherever it stands. Repeating any of it changes nothing. */
export class ErasureEnd extends Context.Service<ErasureEnd>()("@oauth-manager/application/erasure/ErasureEnd", {
  make: Effect.gen(function* () {
    const units = yield* UnitOfWork
    const erasures = yield* ErasureRepository
    const list = yield* ErasureList
    const chronicle = yield* Chronicle
    const journal = yield* Journal
    const { giveUpAfter } = yield* ErasureTimings

    /** The event comes before the rows go: it needs the reference that goes with them. */
    const destroy = Effect.fnUntraced(function* (
      actor: Actor,
      owner: UserScope,
      { subject }: Pick<Erasure, "subject">,
      reason: Option.Option<string>
    ) {
      const event = yield* journal.by(actor, owner, {
        action: "user.erased",
        object: { type: "user", id: subject },
        outcome: "success",
        ...Option.match(reason, { onNone: () => ({}), onSome: (reason) => ({ reason }) })
      })
      yield* chronicle.record(event)
      yield* erasures.destroy(owner)
    })

    const complete = Effect.fnUntraced(function* (actor: Actor, { erasure, owner }: ErasedUser) {
      const at = yield* DateTime.now
      const givesUp = DateTime.isLessThanOrEqualTo(DateTime.addDuration(erasure.requestedAt, giveUpAfter), at)
      const proof = yield* erasures.complete(owner, erasure.id, { at, givesUp })
      if (Option.isSome(proof)) yield* destroy(actor, owner, erasure, reasonOf(proof.value))
      return proof
    })

    return {
      /** The proof, once nothing stands in the way any more; not before the erasure is on the list. */
      advance: Effect.fnUntraced(function* (actor: Actor, erased: ErasedUser) {
        yield* list.append(erased.erasure)
        return yield* units.forUser(erased.owner, complete(actor, erased))
      }, Effect.uninterruptible),
      /** Erases at once somebody whom a backup brought back, if they still are: their providers were told the first time. */
      repeat: (owner: UserScope, entry: ErasureEntry) =>
        units.acrossUsers(
          Effect.gen(function* () {
            const isStored = yield* erasures.keepProofAcrossUsers(owner, entry, yield* DateTime.now)
            if (isStored) yield* destroy("background", owner, entry, Option.some("replayed"))
            return isStored
          })
        )
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

const reasonOf = ({ revocations }: ErasureProof): Option.Option<string> =>
  revocations.givenUp > 0 ? Option.some("revocations_given_up") : Option.none()
