import { type Caller, PolicyDrafts, ScopePolicies, type ScopePolicy } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { NotFound, requirePermission } from "../access/Access.ts"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { PolicyOutdated, ScopePolicyRepository, type VersionedPolicy } from "../ports/ScopePolicyRepository.ts"

/** What a tenant allows at a provider today; without a policy of its own: everything, in version 0 and of no time. */
export interface StandingPolicy extends Pick<VersionedPolicy, "provider" | "version" | "policy"> {
  readonly createdAt: Option.Option<VersionedPolicy["createdAt"]>
}

export const standing = (versioned: VersionedPolicy): StandingPolicy => ({
  ...versioned,
  createdAt: Option.some(versioned.createdAt)
})

/** A policy that is to take the place of another: of `after`, where it says of which. */
export interface PolicyDraft {
  readonly provider: string
  readonly policy: ScopePolicy
  readonly after: Option.Option<number>
}

/** What reading, changing and trying policies have in common. */
export class PolicyDesk extends Context.Service<PolicyDesk>()("@oauth-manager/application/policies/PolicyDesk", {
  make: Effect.gen(function* () {
    const providers = yield* ProviderRegistry
    const features = yield* FeatureRegistry
    const policies = yield* ScopePolicyRepository
    const providerOf = (id: string) =>
      Effect.mapBoth(providers.get(id), { onSuccess: ({ definition }) => definition, onFailure: () => new NotFound() })
    return {
      /** What stands for the caller's tenant at a provider that is loaded. */
      standing: Effect.fnUntraced(function* (caller: Caller, id: string) {
        const provider = yield* providerOf(id)
        const found = yield* policies.find(caller.scope, provider.id)
        return Option.match(found, {
          onNone: (): StandingPolicy => ({
            provider: provider.id,
            version: 0,
            policy: ScopePolicies.unrestricted,
            createdAt: Option.none()
          }),
          onSome: standing
        })
      }),
      /** The provider that a draft is for, if the caller may write one, and it names nothing that is unknown. */
      review: Effect.fnUntraced(function* (caller: Caller, { policy, provider: id }: PolicyDraft) {
        yield* requirePermission(caller, "policies:write")
        const provider = yield* providerOf(id)
        yield* Effect.fromResult(PolicyDrafts.check(features.catalogue, provider, policy))
        return provider
      }),
      /** The version behind which a draft comes, which must be the newest. */
      succeed: ({ after }: PolicyDraft, { version }: StandingPolicy): Effect.Effect<number, PolicyOutdated> =>
        Option.exists(after, (known) => known !== version)
          ? Effect.fail(new PolicyOutdated({ version }))
          : Effect.succeed(version)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
