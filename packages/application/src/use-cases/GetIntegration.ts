import type { Caller, IntegrationId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { RefreshTokenOutlook } from "../refresh/RefreshTokenOutlook.ts"

/** Shows one of a user's integrations, with the times of its token. */
export class GetIntegration extends Context.Service<GetIntegration>()(
  "@oauth-manager/application/use-cases/GetIntegration",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository
      const outlook = yield* RefreshTokenOutlook
      return {
        get: Effect.fn("GetIntegration.get")(function* (caller: Caller, user: UserScope, id: IntegrationId) {
          yield* requireAccess(caller, user, "integrations:read")
          const found = yield* integrations.find(user, id)
          return yield* Option.match(found, {
            onNone: () => Effect.fail(new NotFound()),
            onSome: outlook.report
          })
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
