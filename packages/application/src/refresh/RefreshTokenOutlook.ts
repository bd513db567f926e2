import { bareProvider, type FeatureId, FeatureStates, type Integration, remedy } from "@oauth-manager/domain"
import type { ProviderDefinition, RefreshTokenLifetime } from "@oauth-manager/provider-sdk"
import { Context, DateTime, Duration, Effect, Layer, Option } from "effect"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import type { IntegrationSummary, TokenTimes } from "../ports/IntegrationRepository.ts"
import { type ProviderIncident, ProviderIncidents } from "../ports/ProviderIncidents.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"

export type IntegrationWarningCode = "refresh_token_missing" | "refresh_token_expires" | "refresh_token_limit"

/** What will end an integration's access unless somebody acts. `at` is when; `text` tells people why, and what to do. */
export interface IntegrationWarning {
  readonly code: IntegrationWarningCode
  readonly at: Option.Option<DateTime.Utc>
  readonly text: string
}

export interface IntegrationReport extends IntegrationSummary {
  /** Of the features that were activated with it, those whose scopes it has. */
  readonly features: ReadonlyArray<FeatureId>
  /** Why an active integration is suspended: its provider refuses the deployment's client. */
  readonly incident: Option.Option<ProviderIncident>
  readonly warnings: ReadonlyArray<IntegrationWarning>
  /** What must be done about the integration's problem, in the plugin's words where it has some. */
  readonly action: Option.Option<string>
}

interface End {
  readonly at: DateTime.Utc
  readonly text: string
  /** How long before the end people are told. */
  readonly notice: Duration.Duration
}

const aMonth = Duration.days(30)

const toldByProvider = (at: DateTime.Utc): End => ({
  at,
  text: "The provider gave the refresh token an end: connect the account again before then.",
  notice: aMonth
})

const byRule = ({ seconds, since, text }: RefreshTokenLifetime, integration: Integration, token: TokenTimes): End => {
  const begin = since === "authorization" ? integration.authorizedAt : token.obtainedAt
  const whole = Duration.seconds(seconds)
  // What use puts off is only news when nobody uses it
  const notice = since === "authorization" ? aMonth : Duration.times(whole, 0.25)
  return { at: DateTime.addDuration(begin, whole), text, notice }
}

/** When a refresh token dies by itself, by the provider's word or its plugin's rules: the first end of all. */
export const predictedEnd = (
  lifetimes: ReadonlyArray<RefreshTokenLifetime>,
  integration: Integration,
  token: TokenTimes
): Option.Option<End> =>
  Option.fromUndefinedOr(
    [
      ...Option.toArray(Option.map(token.refreshExpiresAt, toldByProvider)),
      ...lifetimes.map((rule) => byRule(rule, integration, token))
    ].toSorted((a, b) => DateTime.toEpochMillis(a.at) - DateTime.toEpochMillis(b.at))[0]
  )

const isNear = ({ at, notice }: End, now: DateTime.Utc): boolean =>
  DateTime.isLessThanOrEqualTo(at, DateTime.addDuration(now, notice))

/** What is to be expected of an integration's refresh token. */
export const outlook = (
  { refreshTokens }: ProviderDefinition,
  { integration, token }: IntegrationSummary,
  now: DateTime.Utc
): ReadonlyArray<IntegrationWarning> => {
  if (refreshTokens === false || Option.isNone(token)) return []
  const times = token.value
  if (!times.hasRefreshToken) {
    const text = "The provider gave no refresh token: access ends with the access token. Connect the account again."
    return [{ code: "refresh_token_missing", at: times.expiresAt, text }]
  }
  const { lifetimes = [], mostForAccount = Infinity } = refreshTokens
  const end = Option.filter(predictedEnd(lifetimes, integration, times), (found) => isNear(found, now))
  return [
    ...Option.toArray(end).map(({ at, text }): IntegrationWarning => ({
      code: "refresh_token_expires",
      at: Option.some(at),
      text
    })),
    ...(integration.authorizations >= 0.9 * mostForAccount
      ? [
          {
            code: "refresh_token_limit" as const,
            at: Option.none(),
            text: `The account was authorized ${integration.authorizations} times; the provider keeps ${mostForAccount} refresh tokens and drops the oldest.`
          }
        ]
      : [])
  ]
}

/** What the plugin tells a user whose account at the provider must be set up first. */
export const setupText = ({ identity }: ProviderDefinition): Option.Option<string> =>
  identity.kind === "api" ? Option.fromUndefinedOr(identity.setupRequired?.text) : Option.none()

const actionOf = (registered: Option.Option<RegisteredProvider>, { problem }: Integration): Option.Option<string> =>
  Option.flatMap(problem, ({ code }) =>
    (code === "account_setup_required"
      ? Option.flatMap(registered, ({ definition }) => setupText(definition))
      : Option.none()
    ).pipe(Option.orElseSome(() => remedy[code].action))
  )

const incidentOf = (open: ReadonlyArray<ProviderIncident>, { provider, status }: Integration) =>
  Option.fromUndefinedOr(status === "active" ? open.find((incident) => incident.provider === provider) : undefined)

/** Adds to integrations what is to be expected of their refresh tokens. */
export class RefreshTokenOutlook extends Context.Service<RefreshTokenOutlook>()(
  "@oauth-manager/application/refresh/RefreshTokenOutlook",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const incidents = yield* ProviderIncidents
      const { catalogue } = yield* FeatureRegistry

      const describe = (open: ReadonlyArray<ProviderIncident>) =>
        Effect.fnUntraced(function* (summary: IntegrationSummary) {
          const registered = yield* Effect.option(registry.get(summary.integration.provider))
          const now = yield* DateTime.now
          const warnings = Option.match(registered, {
            onNone: () => [],
            onSome: ({ definition }) => outlook(definition, summary, now)
          })
          const features = FeatureStates.servedFeatures(
            catalogue,
            Option.match(registered, {
              onNone: () => bareProvider(summary.integration.provider),
              onSome: ({ definition }) => definition
            }),
            summary.integration
          )
          return {
            ...summary,
            features,
            warnings,
            incident: incidentOf(open, summary.integration),
            action: actionOf(registered, summary.integration)
          } satisfies IntegrationReport
        })

      return {
        report: (summary: IntegrationSummary) => Effect.flatMap(incidents.list, (open) => describe(open)(summary)),
        reportAll: (open: ReadonlyArray<ProviderIncident>, summaries: ReadonlyArray<IntegrationSummary>) =>
          Effect.forEach(summaries, describe(open))
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
