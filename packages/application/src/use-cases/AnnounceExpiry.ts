import { Context, Effect, Layer } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

const batch = 100

/** Announces, once for each authorization, that a refresh token will die of what no refresh prevents. */
export class AnnounceExpiry extends Context.Service<AnnounceExpiry>()(
  "@oauth-manager/application/use-cases/AnnounceExpiry",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const tokens = yield* TokenRepository
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      return {
        /** Answers how many were announced. */
        announceDue: Effect.fn("AnnounceExpiry.announceDue")(function* () {
          return yield* units.acrossUsers(
            Effect.gen(function* () {
              const due = yield* tokens.claimAnnouncementsAcrossUsers(batch)
              const events = yield* Effect.forEach(due, ({ integrationId, owner }) =>
                journal.by("background", owner, {
                  action: "integration.expiry_announced",
                  object: { type: "integration", id: integrationId },
                  outcome: "success",
                  reason: "refresh_token_expires"
                })
              )
              if (events.length > 0) yield* chronicle.record(...events)
              return due.length
            })
          )
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
