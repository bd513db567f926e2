import type { Consent } from "@oauth-manager/domain"
import { Option } from "effect"
import type { ConsentView } from "../../api/index.ts"

export const consentView = (consent: Consent): ConsentView => ({
  id: consent.id,
  provider: consent.provider,
  integration_id: consent.integrationId,
  authorization_id: consent.authorizationId,
  feature: Option.getOrNull(consent.feature),
  purpose: Option.getOrNull(consent.purpose),
  requested: consent.requested,
  granted: consent.granted,
  denied: consent.denied,
  text_version: Option.getOrNull(Option.map(consent.text, ({ version }) => version)),
  locale: Option.getOrNull(Option.map(consent.text, ({ locale }) => locale)),
  client: Option.getOrNull(consent.origin.client),
  granted_at: consent.grantedAt,
  ...Option.match(consent.withdrawal, {
    onNone: () => ({}),
    onSome: ({ at, cause }) => ({ withdrawn_at: at, withdrawn_by: cause })
  })
})
