import type { Caller } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { PolicyDesk, type PolicyDraft, standing } from "../policies/PolicyDesk.ts"
import { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** Writes the next version of a tenant's policy for a provider. Whoever names no version takes the place of whichever is newest. */
export class PutScopePolicy extends Context.Service<PutScopePolicy>()(
  "@oauth-manager/application/use-cases/PutScopePolicy",
  {
    make: Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const units = yield* UnitOfWork
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      const desk = yield* PolicyDesk
      return {
        put: Effect.fn("PutScopePolicy.put")(function* (caller: Caller, draft: PolicyDraft) {
          const provider = yield* desk.review(caller, draft)
          const next = Effect.gen(function* () {
            const after = yield* desk.succeed(draft, yield* desk.standing(caller, provider.id))
            return yield* policies.put(caller.scope, provider.id, draft.policy, after)
          })
          const write = Option.isSome(draft.after)
            ? next
            : // Others write at the same time: a version that took this one's place is the newest now
              Effect.retry(next, { times: 10, while: ({ _tag }) => _tag === "PolicyOutdated" })
          return yield* units.forUser(
            caller.scope,
            Effect.gen(function* () {
              const written = yield* write
              const event = yield* journal.byCaller(caller, caller.scope, {
                action: "policy.changed",
                object: { type: "policy", id: provider.id },
                outcome: "success",
                reason: String(written.version)
              })
              yield* chronicle.record(event)
              return standing(written)
            })
          )
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
