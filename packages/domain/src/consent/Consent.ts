import { type DateTime, Option, Schema } from "effect"
import type { AuthorizationId } from "../authorization/Authorization.ts"
import type { Language } from "../feature/Language.ts"
import type { IntegrationId } from "../integration/Integration.ts"
import type { FeatureId, Provider, ProviderId } from "../provider/Provider.ts"
import { closure } from "../provider/ScopeCatalogue.ts"
import { type Scope, union } from "../scope/Scope.ts"
import type { UserScope } from "../user/UserScope.ts"

export const ConsentId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("ConsentId"))
export type ConsentId = typeof ConsentId.Type

/** What was on the screen before the user left for the provider, where the product says so. */
export interface ShownText {
  /** Of the text that the API serves: the same version is the same words. */
  readonly version: string
  readonly locale: Language
}

/** From where a consent was given: pseudonyms that only the user's own key makes, so that equal ones are from the same place. */
export interface ConsentOrigin {
  /** The OAuth client of the product that acted for the user, as the caller's token names it. */
  readonly client: Option.Option<string>
  readonly address: Option.Option<Uint8Array>
  readonly agent: Option.Option<Uint8Array>
}

export const WithdrawalCause = Schema.Literals(["user", "disconnected", "erased"])
export type WithdrawalCause = typeof WithdrawalCause.Type

/**
 * What a user agreed to at a provider's consent screen for one purpose: for a feature, or for the account itself. One authorization
 * leads to as many as it has purposes, so that one can be withdrawn and the others stand.
 */
export interface Consent {
  readonly id: ConsentId
  readonly owner: UserScope
  readonly provider: ProviderId
  readonly integrationId: IntegrationId
  readonly authorizationId: AuthorizationId
  /** None: for what identifies the account, and scopes that were asked for by themselves. */
  readonly feature: Option.Option<FeatureId>
  readonly requested: ReadonlyArray<Scope>
  readonly granted: ReadonlyArray<Scope>
  readonly denied: ReadonlyArray<Scope>
  readonly purpose: Option.Option<string>
  readonly text: Option.Option<ShownText>
  readonly origin: ConsentOrigin
  readonly grantedAt: DateTime.Utc
  readonly withdrawal: Option.Option<{ readonly at: DateTime.Utc; readonly cause: WithdrawalCause }>
}

/** Withdraws a consent once: a second withdrawal keeps the time and the cause of the first. */
export const withdraw = (consent: Consent, at: DateTime.Utc, cause: WithdrawalCause): Consent => ({
  ...consent,
  withdrawal: Option.orElseSome(consent.withdrawal, () => ({ at, cause }))
})

const standing = (consents: ReadonlyArray<Consent>): ReadonlyArray<Consent> =>
  consents.filter(({ withdrawal }) => Option.isNone(withdrawal))

/** Those that stand for the same purpose of the same integration: whoever withdraws one withdraws them all. */
export const ofSamePurpose = (consents: ReadonlyArray<Consent>, { feature, integrationId }: Consent) =>
  standing(consents).filter(
    (other) => other.integrationId === integrationId && Option.getOrNull(other.feature) === Option.getOrNull(feature)
  )

/**
 * Of an integration whose activated features are `features`: the scopes that its user has agreed to, with all that they imply, and
 * those of them that are in use, which leaves out what only features that are switched off need.
 */
export const scopesInForce = (
  provider: Provider,
  consents: ReadonlyArray<Consent>,
  features: ReadonlyArray<FeatureId>
): { readonly consentedScopes: ReadonlyArray<Scope>; readonly scopesInUse: ReadonlyArray<Scope> } => {
  const all = standing(consents)
  const used = all.filter(({ feature }) => Option.isNone(feature) || features.includes(feature.value))
  // Whoever agrees to anything agrees to it for an account, which is identified
  const identity = all.length === 0 ? [] : provider.identityScopes
  return {
    consentedScopes: closure(provider, union(identity, ...all.map(({ granted }) => granted))),
    scopesInUse: closure(provider, union(...used.map(({ granted }) => granted)))
  }
}
