import type {
  DisconnectIntegration,
  IntegrationReport,
  IntegrationWarning,
  TokenTimes
} from "@oauth-manager/application"
import { type Account, Freshness, Integrations, type Problem, remedy } from "@oauth-manager/domain"
import { type Effect, Option } from "effect"
import type { DisconnectionView, IntegrationView } from "../../api/index.ts"

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

const problemView = (
  { code, since }: Problem,
  action: Option.Option<string>
): Required<IntegrationView>["problem"] => ({
  code,
  since,
  who: remedy[code].who,
  action: Option.getOrElse(action, () => remedy[code].action)
})

const warningView = ({ at, code, text }: IntegrationWarning): IntegrationView["warnings"][number] => ({
  code,
  ...Option.match(at, { onNone: () => ({}), onSome: (time) => ({ at: time }) }),
  detail: text
})

export const integrationView = ({ action, integration, token, warnings }: IntegrationReport): IntegrationView => ({
  id: integration.id,
  provider: integration.provider,
  status: integration.status,
  account: accountView(integration.account),
  scopes: integration.grantedScopes,
  missing_scopes: Integrations.missingScopes(integration),
  features: integration.features,
  connected_at: integration.connectedAt,
  ...Option.match(token, { onNone: () => ({}), onSome: (times) => ({ token: tokenTimesView(times) }) }),
  ...Option.match(integration.problem, {
    onNone: () => ({}),
    onSome: (problem) => ({ problem: problemView(problem, action) })
  }),
  warnings: warnings.map(warningView)
})

type Disconnection = Effect.Success<ReturnType<DisconnectIntegration["Service"]["disconnect"]>>

export const disconnectionView = ({ id, manageAccess, revocation }: Disconnection): DisconnectionView => ({
  id,
  status: "disconnected",
  revocation,
  ...(revocation === "unsupported" ? { manage_access: manageAccess } : {})
})
