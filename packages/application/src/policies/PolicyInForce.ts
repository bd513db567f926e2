import { type ProviderId, ScopePolicies, type UserScope } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import type { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"

/** What the user's tenant allows at a provider today: all of the catalogue where it has decreed nothing. */
export const policyInForce = (policies: ScopePolicyRepository["Service"], user: UserScope, provider: ProviderId) =>
  Effect.map(
    policies.find(user, provider),
    Option.match({ onNone: () => ScopePolicies.unrestricted, onSome: ({ policy }) => policy })
  )
