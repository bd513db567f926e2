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

const operators = "An operator must set the provider's client right: the provider refuses it."

/** What ails a suspended integration is not its own. */
const ailment = ({ action, incident, integration }: IntegrationReport): Pick<IntegrationView, "problem"> => {
  if (Option.isSome(incident)) {
    const { since } = incident.value
    return { problem: { code: "provider_misconfigured", since, who: "operator", action: operators } }
  }
  return Option.match(integration.problem, {
    onNone: () => ({}),
    onSome: (problem) => ({ problem: problemView(problem, action) })
  })
}

const warningView = ({ at, code, text }: IntegrationWarning): IntegrationView["warnings"][number] => ({
  code,
  ...Option.match(at, { onNone: () => ({}), onSome: (time) => ({ at: time }) }),
  detail: text
})

export const integrationView = (report: IntegrationReport): IntegrationView => {
  const { incident, integration, token, warnings } = report
  return {
    id: integration.id,
    provider: integration.provider,
    status: Option.isSome(incident) ? "suspended" : integration.status,
    account: accountView(integration.account),
    scopes: integration.grantedScopes,
    missing_scopes: Integrations.missingScopes(integration),
    features: report.features,
    connected_at: integration.connectedAt,
    ...Option.match(token, { onNone: () => ({}), onSome: (times) => ({ token: tokenTimesView(times) }) }),
    ...ailment(report),
    warnings: warnings.map(warningView)
  }
}

type Disconnection = Effect.Success<ReturnType<DisconnectIntegration["Service"]["disconnect"]>>

export const disconnectionView = ({ id, manageAccess, revocation }: Disconnection): DisconnectionView => ({
  id,
  status: "disconnected",
  revocation,
  ...(revocation === "unsupported" ? { manage_access: manageAccess } : {})
})
