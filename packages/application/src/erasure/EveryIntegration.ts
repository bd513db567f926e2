import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { IntegrationRepository, type IntegrationSummary } from "../ports/IntegrationRepository.ts"

const pageSize = 100
const unfiltered = { provider: Option.none(), status: Option.none() }

/** All integrations of a user, however many. */
export class EveryIntegration extends Context.Service<EveryIntegration>()(
  "@oauth-manager/application/erasure/EveryIntegration",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository

      /** In the order of ids. */
      const list = Effect.fnUntraced(function* (user: UserScope) {
        const all: Array<IntegrationSummary> = []
        let page: ReadonlyArray<IntegrationSummary>
        let after: Option.Option<IntegrationId> = Option.none()
        do {
          page = yield* integrations.list(user, unfiltered, { limit: pageSize, after })
          all.push(...page)
          after = Option.fromUndefinedOr(page.at(-1)?.integration.id)
        } while (page.length === pageSize)
        return all
      })

      return {
        list,
        /** As they are once they are locked, one after the other in the order in which all lock them. */
        lock: Effect.fnUntraced(function* (user: UserScope) {
          const found = yield* Effect.forEach(yield* list(user), ({ integration: { id } }) =>
            integrations.findForUpdate(user, id)
          )
          return found.flatMap(Option.toArray)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
