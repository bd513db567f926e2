import {
  AuthorizationId,
  type Consent,
  ConsentId,
  FeatureId,
  IntegrationId,
  Language,
  ProviderId,
  type UserScope,
  WithdrawalCause
} from "@oauth-manager/domain"
import { DateTime, Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

const MaybeText = Schema.OptionFromNullOr(Schema.String)
const MaybeBytes = Schema.OptionFromNullOr(Schema.Uint8Array)

export const ConsentRow = Schema.Struct({
  id: ConsentId,
  provider: ProviderId,
  integration_id: IntegrationId,
  authorization_id: AuthorizationId,
  feature: Schema.OptionFromNullOr(FeatureId),
  requested: Rows.Scopes,
  granted: Rows.Scopes,
  denied: Rows.Scopes,
  purpose: MaybeText,
  text_version: MaybeText,
  text_locale: Schema.OptionFromNullOr(Language),
  client: MaybeText,
  address: MaybeBytes,
  agent: MaybeBytes,
  granted_at: Rows.Time,
  withdrawn_at: Rows.MaybeTime,
  withdrawal: Schema.OptionFromNullOr(WithdrawalCause)
})

export const toConsent =
  (owner: UserScope) =>
  (row: typeof ConsentRow.Type): Consent => ({
    id: row.id,
    owner,
    provider: row.provider,
    integrationId: row.integration_id,
    authorizationId: row.authorization_id,
    feature: row.feature,
    requested: row.requested,
    granted: row.granted,
    denied: row.denied,
    purpose: row.purpose,
    text: Option.zipWith(row.text_version, row.text_locale, (version, locale) => ({ version, locale })),
    origin: { client: row.client, address: row.address, agent: row.agent },
    grantedAt: row.granted_at,
    // Before causes were written, disconnecting was the only one
    withdrawal: Option.map(row.withdrawn_at, (at) => ({
      at,
      cause: Option.getOrElse(row.withdrawal, (): WithdrawalCause => "disconnected")
    }))
  })

export const toColumns = (consent: Consent) => ({
  id: consent.id,
  provider: consent.provider,
  integration_id: consent.integrationId,
  authorization_id: consent.authorizationId,
  feature: Option.getOrNull(consent.feature),
  requested: consent.requested,
  granted: consent.granted,
  denied: consent.denied,
  purpose: Option.getOrNull(consent.purpose),
  text_version: Option.getOrNull(Option.map(consent.text, ({ version }) => version)),
  text_locale: Option.getOrNull(Option.map(consent.text, ({ locale }) => locale)),
  client: Option.getOrNull(consent.origin.client),
  address: Option.getOrNull(consent.origin.address),
  agent: Option.getOrNull(consent.origin.agent),
  granted_at: DateTime.toDateUtc(consent.grantedAt),
  withdrawn_at: Rows.dateOrNull(Option.map(consent.withdrawal, ({ at }) => at)),
  withdrawal: Option.getOrNull(Option.map(consent.withdrawal, ({ cause }) => cause))
})
