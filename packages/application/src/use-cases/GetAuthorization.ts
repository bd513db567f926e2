import {
  type Authorization,
  type AuthorizationId,
  Authorizations,
  type AuthorizationStatus,
  type Caller,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"

/** Tells how far an authorization has come. */
export class GetAuthorization extends Context.Service<GetAuthorization>()(
  "@oauth-manager/application/use-cases/GetAuthorization",
  {
    make: Effect.gen(function* () {
      const authorizations = yield* AuthorizationRepository
      return {
        get: Effect.fn("GetAuthorization.get")(function* (caller: Caller, user: UserScope, id: AuthorizationId) {
          yield* requireAccess(caller, user, "integrations:read")
          const found = yield* authorizations.find(user, id)
          if (Option.isNone(found)) return yield* new NotFound()
          const status: AuthorizationStatus = Authorizations.statusAt(found.value, yield* DateTime.now)
          return { ...found.value, status } satisfies Authorization
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
