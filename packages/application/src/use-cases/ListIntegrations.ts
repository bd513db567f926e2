import type { Caller, IntegrationId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requireAccess } from "../access/Access.ts"
import { type IntegrationFilter, IntegrationRepository, type Page } from "../ports/IntegrationRepository.ts"
import { RefreshTokenOutlook } from "../refresh/RefreshTokenOutlook.ts"

/** Lists a user's integrations, the oldest first; a user nobody has heard of has none. */
export class ListIntegrations extends Context.Service<ListIntegrations>()(
  "@oauth-manager/application/use-cases/ListIntegrations",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository
      const outlook = yield* RefreshTokenOutlook
      return {
        /** The page, and whether more follow. */
        list: Effect.fn("ListIntegrations.list")(function* (
          caller: Caller,
          user: UserScope,
          filter: IntegrationFilter,
          page: Page<IntegrationId>
        ) {
          yield* requireAccess(caller, user, "integrations:read")
          const rows = yield* integrations.list(user, filter, { ...page, limit: page.limit + 1 })
          const data = yield* Effect.forEach(rows.slice(0, page.limit), outlook.report)
          return { data, hasMore: rows.length > page.limit }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
