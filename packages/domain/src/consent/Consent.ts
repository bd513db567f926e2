import { type DateTime, Option, Schema } from "effect"
import type { AuthorizationId } from "../authorization/Authorization.ts"
import type { IntegrationId } from "../integration/Integration.ts"
import type { ProviderId } from "../provider/Provider.ts"
import type { Scope } from "../scope/Scope.ts"
import type { UserScope } from "../user/UserScope.ts"

export const ConsentId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("ConsentId"))
export type ConsentId = typeof ConsentId.Type

/** What a user agreed to at a provider's consent screen, in one authorization. */
export interface Consent {
  readonly id: ConsentId
  readonly owner: UserScope
  readonly provider: ProviderId
  readonly integrationId: IntegrationId
  readonly authorizationId: AuthorizationId
  readonly requested: ReadonlyArray<Scope>
  readonly granted: ReadonlyArray<Scope>
  readonly denied: ReadonlyArray<Scope>
  readonly grantedAt: DateTime.Utc
  readonly withdrawnAt: Option.Option<DateTime.Utc>
}

/** Withdraws a consent once: a second withdrawal keeps the time of the first. */
export const withdraw = (consent: Consent, at: DateTime.Utc): Consent => ({
  ...consent,
  withdrawnAt: Option.some(Option.getOrElse(consent.withdrawnAt, () => at))
})
