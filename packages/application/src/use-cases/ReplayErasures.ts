import type { Erasure, ErasureId } from "@oauth-manager/domain"
import { Array, Context, Effect, Layer, Option } from "effect"
import { ErasureEnd } from "../erasure/ErasureEnd.ts"
import { ErasureList } from "../ports/ErasureList.ts"
import { ErasureRepository } from "../ports/ErasureRepository.ts"

const pageSize = 1000

/** Keeps the database and this server's erasure list together: a backup that is restored brings nobody back. */
export class ReplayErasures extends Context.Service<ReplayErasures>()(
  "@oauth-manager/application/use-cases/ReplayErasures",
  {
    make: Effect.gen(function* () {
      const erasures = yield* ErasureRepository
      const list = yield* ErasureList
      const end = yield* ErasureEnd

      return {
        /** Erases anew all on the list who are stored again, and answers how many those were. For the start, before anything is served. */
        replay: Effect.fn("ReplayErasures.replay")(function* () {
          let count = 0
          for (const entries of Array.chunksOf(yield* list.entries, pageSize)) {
            for (const { entry, owner } of yield* erasures.findRestoredAcrossUsers(entries)) {
              if (!(yield* end.repeat(owner, entry))) continue
              yield* Effect.logWarning(`the erasure ${entry.id} was undone by a backup, and is done again`)
              count++
            }
          }
          return count
        }),
        /** Writes to the list what the database knows and the list lacks: erasures that other servers were asked for. */
        copy: Effect.fn("ReplayErasures.copy")(function* () {
          const listed = new Set((yield* list.entries).map(({ id }) => id))
          let page: ReadonlyArray<Erasure>
          let after: Option.Option<ErasureId> = Option.none()
          do {
            page = yield* erasures.listAcrossUsers(pageSize, after)
            yield* list.append(...page.filter(({ id }) => !listed.has(id)))
            after = Option.fromUndefinedOr(page.at(-1)?.id)
          } while (page.length === pageSize)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
