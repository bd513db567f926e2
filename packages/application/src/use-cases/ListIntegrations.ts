import type { Caller, IntegrationId, IntegrationStatus, ProviderId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { requireAccess } from "../access/Access.ts"
import { type IntegrationFilter, IntegrationRepository, type Page } from "../ports/IntegrationRepository.ts"
import { type ProviderIncident, ProviderIncidents } from "../ports/ProviderIncidents.ts"
import { RefreshTokenOutlook } from "../refresh/RefreshTokenOutlook.ts"

/** As it is shown: an active integration whose provider has an incident is suspended. */
export interface ShownFilter {
  readonly provider: Option.Option<ProviderId>
  readonly status: Option.Option<IntegrationStatus | "suspended">
}

const toStored = ({ provider, status }: ShownFilter, open: ReadonlyArray<ProviderIncident>): IntegrationFilter => {
  const providers = open.map((incident) => incident.provider)
  if (Option.contains(status, "suspended")) {
    return { provider, status: Option.some("active"), among: { providers, included: true } }
  }
  const stored = { provider, status: Option.filter(status, (one) => one !== "suspended") }
  return Option.contains(status, "active") ? { ...stored, among: { providers, included: false } } : stored
}

/** Lists a user's integrations, the oldest first; a user nobody has heard of has none. */
export class ListIntegrations extends Context.Service<ListIntegrations>()(
  "@oauth-manager/application/use-cases/ListIntegrations",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository
      const incidents = yield* ProviderIncidents
      const outlook = yield* RefreshTokenOutlook
      return {
        /** The page, and whether more follow. */
        list: Effect.fn("ListIntegrations.list")(function* (
          caller: Caller,
          user: UserScope,
          filter: ShownFilter,
          page: Page<IntegrationId>
        ) {
          yield* requireAccess(caller, user, "integrations:read")
          const open = yield* incidents.list
          const rows = yield* integrations.list(user, toStored(filter, open), { ...page, limit: page.limit + 1 })
          const data = yield* outlook.reportAll(open, rows.slice(0, page.limit))
          return { data, hasMore: rows.length > page.limit }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
