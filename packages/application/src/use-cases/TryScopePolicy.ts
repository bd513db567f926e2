import { type Caller, type IntegrationId, type PolicyImpact, PolicyImpacts, type UserId } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { PolicyDesk, type PolicyDraft } from "../policies/PolicyDesk.ts"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { IntegrationRepository, type Page } from "../ports/IntegrationRepository.ts"

export interface AffectedIntegration extends PolicyImpact {
  readonly user: UserId
  readonly integrationId: IntegrationId
}

/** How many integrations are looked at for one page: where few are affected, a page ends with fewer than it could hold. */
export const PolicyTrialReach = Context.Reference<number>(
  "@oauth-manager/application/use-cases/TryScopePolicy/PolicyTrialReach",
  { defaultValue: () => 1000 }
)

/** Tells whom a policy would affect, and changes nothing. */
export class TryScopePolicy extends Context.Service<TryScopePolicy>()(
  "@oauth-manager/application/use-cases/TryScopePolicy",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository
      const { catalogue } = yield* FeatureRegistry
      const desk = yield* PolicyDesk
      return {
        /** A page of those that lose something against what stands today, and where the next begins, if not all were looked at. */
        try: Effect.fn("TryScopePolicy.try")(function* (
          caller: Caller,
          draft: PolicyDraft,
          { after, limit }: Page<IntegrationId>
        ) {
          const reach = yield* PolicyTrialReach
          const provider = yield* desk.review(caller, draft)
          const today = yield* desk.standing(caller, provider.id)
          yield* desk.succeed(draft, today)
          const change = { catalogue, provider, before: today.policy, after: draft.policy }
          const rows = yield* integrations.listConnectedAcrossUsers(caller.scope.tenant, provider.id, {
            limit: reach,
            after
          })
          const affected = rows
            .map((row): AffectedIntegration => ({
              user: row.owner.user,
              integrationId: row.id,
              ...PolicyImpacts.impactOf(change, row)
            }))
            .filter(PolicyImpacts.isAffected)
          const data = affected.slice(0, limit)
          const last = affected.length > limit ? data.at(-1)?.integrationId : rows.at(reach - 1)?.id
          return { data, next: Option.fromUndefinedOr(last) }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
