import {
  type Authorization,
  type AuthorizationId,
  Authorizations,
  type AuthorizationStatus,
  type Caller,
  Scopes,
  type UserScope
} from "@oauth-manager/domain"
import { fillPlaceholders } from "@oauth-manager/provider-sdk"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { setupText } from "../refresh/RefreshTokenOutlook.ts"

/** An authorization, and where an administrator consents for the account's organization, where it failed for want of that. */
export interface AuthorizationReport extends Authorization {
  readonly adminConsentUrl: Option.Option<string>
  /** What the user must do at the provider first, where that is what it failed for. */
  readonly action: Option.Option<string>
}

const adminConsentUrl = (
  { error, redirectUri, requestedScopes }: Authorization,
  { credentials, definition }: RegisteredProvider
): Option.Option<string> => {
  const template = definition.links?.adminConsent
  if (template === undefined || !Option.contains(error, "admin_consent_required")) return Option.none()
  return Option.map(credentials, ({ clientId }) =>
    fillPlaceholders(template, {
      client_id: encodeURIComponent(clientId),
      redirect_uri: encodeURIComponent(redirectUri),
      scope: encodeURIComponent(Scopes.formatScopes(requestedScopes))
    })
  )
}

const setupAction = ({ error }: Authorization, { definition }: RegisteredProvider): Option.Option<string> =>
  Option.contains(error, "account_setup_required") ? setupText(definition) : Option.none()

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
            adminConsentUrl: Option.flatMap(registered, (provider) => adminConsentUrl(authorization, provider)),
            action: Option.flatMap(registered, (provider) => setupAction(authorization, provider))
          } satisfies AuthorizationReport
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
