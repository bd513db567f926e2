import {
  type Authorization,
  AuthorizationId,
  Authorizations,
  type Caller,
  type FeatureId,
  type Integration,
  type IntegrationId,
  personOf,
  type Provider,
  type Scope,
  FeatureCatalogues,
  ScopeNotAllowed,
  ScopePolicies,
  type ScopePolicy,
  Scopes,
  type ShownText,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Data, DateTime, Effect, Layer, Option } from "effect"
import { type Digest, SecureRandom } from "effect/crypto"
import { NotFound, requireAccess } from "../access/Access.ts"
import { Disconnected } from "../access/Disconnected.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { OneTimeSecret } from "../access/OneTimeSecret.ts"
import { sharing } from "../disconnect/SharedGrants.ts"
import { policyInForce } from "../policies/PolicyInForce.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { ReturnUrls } from "../ports/ReturnUrls.ts"
import { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { versionOf } from "./GetConsentText.ts"
import { flowContext, sealFlow } from "../vault/SealingContexts.ts"

export class ReturnUrlNotAllowed extends Data.TaggedError("ReturnUrlNotAllowed")<{ readonly returnTo: string }> {}

export class ProviderNotConfigured extends Data.TaggedError("ProviderNotConfigured")<{ readonly provider: string }> {}

/** The integration to upgrade is of another provider than the one named. */
export class ProviderMismatch extends Data.TaggedError("ProviderMismatch")<{ readonly provider: string }> {}

/** The tenant's policy keeps the feature from the caller, or what it needs. */
export class FeatureNotAllowed extends Data.TaggedError("FeatureNotAllowed")<{ readonly feature: FeatureId }> {}

/** The words that were shown are not those of today. */
export class ConsentTextOutdated extends Data.TaggedError("ConsentTextOutdated")<{ readonly version: string }> {}

export interface AuthorizationInput {
  readonly provider: string
  readonly features: ReadonlyArray<FeatureId>
  readonly scopes: ReadonlyArray<Scope>
  /** The integration to add scopes to. */
  readonly integrationId: Option.Option<IntegrationId>
  readonly returnTo: string
  readonly loginHint: Option.Option<string>
  /** Is the grant to hold what is asked for and nothing of before? Of an integration alone. */
  readonly narrows: boolean
  /** What was shown to the user before. */
  readonly text: Option.Option<ShownText>
  /** What a claims challenge of the provider's API asks for, as JSON; else what the integration's problem holds. */
  readonly claims: Option.Option<string>
  /** Is only the browser that begins to come back? */
  readonly bindsBrowser: boolean
}

/** Begins the connect flow: checks what is asked, keeps the flow's secrets and gives the URL to send the browser to. */
export class StartAuthorization extends Context.Service<StartAuthorization>()(
  "@oauth-manager/application/use-cases/StartAuthorization",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const units = yield* UnitOfWork
      const authorizations = yield* AuthorizationRepository
      const integrations = yield* IntegrationRepository
      const tokens = yield* TokenRepository
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      const secrets = yield* OneTimeSecret
      const random = yield* SecureRandom.SecureRandom
      const returnUrls = yield* ReturnUrls
      const { catalogue } = yield* FeatureRegistry
      const policies = yield* ScopePolicyRepository
      const words = yield* Effect.context<FeatureRegistry | Digest.Digest>()

      /** An incremental authorization would bring the scopes of the plugins that the person's grant is shared with, too. */
      const sharesGrant = Effect.fnUntraced(function* (
        registered: RegisteredProvider,
        { account, id, owner }: Integration
      ) {
        const providers = sharing(registered, yield* registry.list)
        if (providers.length < 2) return false
        const connected = yield* integrations.listConnected(owner)
        return connected.some(
          (other) =>
            other.id !== id && providers.includes(other.provider) && personOf(other.account) === personOf(account)
        )
      })

      const findUpgraded = Effect.fnUntraced(function* (
        user: UserScope,
        registered: RegisteredProvider,
        id: IntegrationId
      ) {
        const provider = registered.definition
        const found = yield* integrations.find(user, id)
        if (Option.isNone(found)) return yield* new NotFound()
        const { integration } = found.value
        if (integration.provider !== provider.id) return yield* new ProviderMismatch({ provider: integration.provider })
        if (integration.status === "disconnecting" || integration.status === "disconnected") {
          return yield* new Disconnected({ integrationId: id })
        }
        const token = yield* tokens.find(user, id)
        const isRefused = Option.exists(integration.problem, ({ code }) => code === "refresh_refused")
        const isAlive = integration.status === "active" && !isRefused
        return {
          integration,
          hasRefreshToken: isAlive && Option.exists(token, (held) => Option.isSome(held.refreshToken)),
          incremental: isAlive && provider.incrementalAuthorization && !(yield* sharesGrant(registered, integration))
        }
      })

      const requireShownToday = Effect.fnUntraced(function* (provider: Provider, input: AuthorizationInput) {
        if (Option.isNone(input.text)) return
        const { locale, version } = input.text.value
        const { features, scopes } = input
        const today = yield* Effect.provideContext(versionOf(provider, { features, scopes, locale }), words)
        if (today !== version) return yield* new ConsentTextOutdated({ version: today })
      })

      /** What the tenant's policy keeps from this caller is not asked for. */
      const requireAllowed = Effect.fnUntraced(function* (
        policy: ScopePolicy,
        caller: Caller,
        provider: Provider,
        asked: ReadonlyArray<Scope>,
        features: ReadonlyArray<FeatureId>
      ) {
        const refused = Scopes.difference(asked, ScopePolicies.permitted(policy, provider, caller.roles, asked))
        if (refused.length > 0 || !ScopePolicies.permitsAnything(policy, caller.roles))
          return yield* new ScopeNotAllowed({ provider: provider.id, scopes: refused })
        const feature = features.find((id) => !ScopePolicies.permitsFeature(policy, id))
        if (feature !== undefined) return yield* new FeatureNotAllowed({ feature })
      })

      return {
        start: Effect.fn("StartAuthorization.start")(function* (
          caller: Caller,
          user: UserScope,
          input: AuthorizationInput
        ) {
          yield* requireAccess(caller, user, "integrations:write")
          if (!returnUrls.allowed.includes(input.returnTo)) {
            return yield* new ReturnUrlNotAllowed({ returnTo: input.returnTo })
          }
          const registered = yield* registry.get(input.provider)
          const provider = registered.definition
          const named = yield* Effect.fromResult(FeatureCatalogues.requestedScopes(catalogue, provider, input))
          const upgraded = Option.isNone(input.integrationId)
            ? undefined
            : yield* findUpgraded(user, registered, input.integrationId.value)
          if (Option.isNone(registered.credentials)) return yield* new ProviderNotConfigured({ provider: provider.id })

          const policy = yield* policyInForce(policies, user, provider.id)
          const mayHave = (scope: Scope) => ScopePolicies.permits(policy, provider, caller.roles, scope)
          // What can be done without, and what is held without being asked for, is left out where the policy keeps it
          const dispensable = FeatureCatalogues.dispensableScopes(catalogue, provider, input)
          const asked = named.filter((scope) => !dispensable.includes(scope) || mayHave(scope))
          const incremental = upgraded?.incremental === true && !input.narrows
          const requestedScopes =
            upgraded === undefined || input.narrows ? asked : scopesOfUpgrade(provider, upgraded, asked, mayHave)
          yield* requireShownToday(provider, input)
          yield* requireAllowed(policy, caller, provider, requestedScopes, input.features)
          const begun = yield* oauth.begin(registered, {
            scopes: requestedScopes,
            redirectUri: registered.redirectUri,
            loginHint: Option.orElse(input.loginHint, () =>
              Option.fromUndefinedOr(upgraded?.integration.account.email)
            ),
            incremental,
            needsRefreshToken: upgraded?.hasRefreshToken !== true,
            claims: Option.orElse(input.claims, () =>
              Option.flatMapNullishOr(upgraded?.integration.problem ?? Option.none(), ({ claims }) => claims)
            )
          })
          const createdAt = yield* DateTime.now
          const authorization: Authorization = {
            id: AuthorizationId.make(yield* random.uuidV7()),
            owner: user,
            provider: provider.id,
            integrationId: input.integrationId,
            status: "pending",
            requestedScopes,
            features: input.features,
            incremental,
            narrows: input.narrows && upgraded !== undefined,
            text: input.text,
            returnTo: input.returnTo,
            redirectUri: registered.redirectUri,
            error: Option.none(),
            createdAt,
            expiresAt: DateTime.addDuration(createdAt, Authorizations.timeToComplete)
          }
          const stateHash = yield* secrets.hash(begun.state)
          const binding = input.bindsBrowser ? Option.some(yield* secrets.generate) : Option.none()
          yield* units.forUser(
            user,
            Effect.gen(function* () {
              const flow = yield* vault.seal(flowContext(authorization), sealFlow(begun.flow))
              yield* authorizations.insert(user, authorization, {
                stateHash,
                flow,
                ...Option.match(binding, { onNone: () => ({}), onSome: ({ hash }) => ({ bindingHash: hash }) })
              })
              yield* chronicle.record(
                yield* journal.byCaller(caller, user, {
                  action: "authorization.started",
                  object: { type: "authorization", id: authorization.id },
                  outcome: "success"
                })
              )
            })
          )
          return {
            authorization,
            authorizationUrl: begun.authorizationUrl,
            /** What that browser must bring back. */
            binding: Option.map(binding, ({ secret }) => secret)
          }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

/**
 * The new scopes alone where the provider adds them to a grant that is alive; else all that the grant should hold. What the user has
 * withdrawn is not among those that it has, and neither is what the tenant's policy keeps.
 */
const scopesOfUpgrade = (
  provider: Provider,
  { incremental, integration }: { readonly integration: Integration; readonly incremental: boolean },
  asked: ReadonlyArray<Scope>,
  mayHave: (scope: Scope) => boolean
): ReadonlyArray<Scope> => {
  const held = integration.grantedScopes.filter((scope) => integration.consentedScopes.includes(scope))
  return incremental
    ? Scopes.union(
        asked.filter((scope) => provider.identityScopes.includes(scope)),
        Scopes.difference(asked, held)
      )
    : Scopes.union(asked, held.filter(mayHave))
}
