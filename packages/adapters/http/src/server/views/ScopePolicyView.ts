import type { AffectedIntegration, StandingPolicy } from "@oauth-manager/application"
import { Option } from "effect"
import type { AffectedIntegrationView, ScopePolicyView } from "../../api/index.ts"

export const scopePolicyView = ({ createdAt, policy, provider, version }: StandingPolicy): ScopePolicyView => ({
  provider,
  version,
  ...policy,
  ...(Option.isSome(createdAt) ? { updated_at: createdAt.value } : {})
})

export const affectedIntegrationView = (affected: AffectedIntegration): AffectedIntegrationView => ({
  user: affected.user,
  integration_id: affected.integrationId,
  token_lost: affected.losesToken,
  scopes_lost: affected.scopesLost,
  features_lost: affected.featuresLost
})
