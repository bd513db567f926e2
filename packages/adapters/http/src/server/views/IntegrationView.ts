import type { IntegrationSummary, TokenTimes } from "@oauth-manager/application"
import { type Account, Freshness, Integrations, type Problem, remedy } from "@oauth-manager/domain"
import { Option } from "effect"
import type { IntegrationView } from "../../api/index.ts"

const accountView = ({ id, email, name }: Account): IntegrationView["account"] => ({
  id,
  ...(email === undefined ? {} : { email }),
  ...(name === undefined ? {} : { name })
})

const tokenTimesView = (token: TokenTimes): Required<IntegrationView>["token"] => ({
  expires_at: Option.getOrNull(token.expiresAt),
  refreshed_at: token.obtainedAt,
  next_refresh_at: Option.getOrNull(Freshness.nextRefreshAt(token))
})

const problemView = ({ code, since }: Problem): Required<IntegrationView>["problem"] => ({
  code,
  since,
  ...remedy[code]
})

export const integrationView = ({ integration, token }: IntegrationSummary): IntegrationView => ({
  id: integration.id,
  provider: integration.provider,
  status: integration.status,
  account: accountView(integration.account),
  scopes: integration.grantedScopes,
  missing_scopes: Integrations.missingScopes(integration),
  features: integration.features,
  connected_at: integration.connectedAt,
  ...Option.match(token, { onNone: () => ({}), onSome: (times) => ({ token: tokenTimesView(times) }) }),
  ...Option.match(integration.problem, { onNone: () => ({}), onSome: (problem) => ({ problem: problemView(problem) }) })
})
