import {
  type Authorization,
  type AuthorizationId,
  Authorizations,
  type AuthorizationStatus,
  type Caller,
  Scopes,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"

/** An authorization, and where an administrator consents for the account's organization, where that is what it failed for. */
export interface AuthorizationReport extends Authorization {
  readonly adminConsentUrl: Option.Option<string>
}

const adminConsentUrl = (
  { error, redirectUri, requestedScopes }: Authorization,
  { credentials, definition }: RegisteredProvider
): Option.Option<string> => {
  const template = definition.links?.adminConsent
  if (template === undefined || !Option.contains(error, "admin_consent_required")) return Option.none()
  return Option.map(credentials, ({ clientId }) =>
    template
      .replaceAll("{client_id}", encodeURIComponent(clientId))
      .replaceAll("{redirect_uri}", encodeURIComponent(redirectUri))
      .replaceAll("{scope}", encodeURIComponent(Scopes.formatScopes(requestedScopes)))
  )
}

/** Tells how far an authorization has come. */
export class GetAuthorization extends Context.Service<GetAuthorization>()(
  "@oauth-manager/application/use-cases/GetAuthorization",
  {
    make: Effect.gen(function* () {
      const authorizations = yield* AuthorizationRepository
      const registry = yield* ProviderRegistry
      return {
        get: Effect.fn("GetAuthorization.get")(function* (caller: Caller, user: UserScope, id: AuthorizationId) {
          yield* requireAccess(caller, user, "integrations:read")
          const found = yield* authorizations.find(user, id)
          if (Option.isNone(found)) return yield* new NotFound()
          const authorization = found.value
          const status: AuthorizationStatus = Authorizations.statusAt(authorization, yield* DateTime.now)
          const registered = yield* Effect.option(registry.get(authorization.provider))
          return {
            ...authorization,
            status,
            adminConsentUrl: Option.flatMap(registered, (provider) => adminConsentUrl(authorization, provider))
          } satisfies AuthorizationReport
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
