import {
  type Authorization,
  Authorizations,
  type Caller,
  compareGrant,
  type Consent,
  ConsentId,
  type Grant,
  type Integration,
  IntegrationId,
  Integrations,
  isSameAccount,
  ScopeCatalogue,
  Scopes,
  type Sealed,
  type Token
} from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Context, Data, DateTime, Duration, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { Journal } from "../access/Journal.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import {
  AccountAlreadyConnected,
  IntegrationRepository,
  type IntegrationSummary,
  type TokenTimes
} from "../ports/IntegrationRepository.ts"
import type { ExchangeAnswer } from "../ports/OAuthClient.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { type SealingContext, TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import { keepingRefreshToken } from "./KeptRefreshToken.ts"
import { outlast } from "./StorageOutage.ts"
import { TokenSealer } from "./TokenSealer.ts"

/** Does the provider no longer honour what is held? */
const isDead = ({ problem, status }: Integration): boolean =>
  status === "reauthorization_required" && Option.exists(problem, ({ code }) => code !== "refresh_token_missing")

/** The integration to upgrade is of another account than the one that was just authorized, or is gone. */
export class AccountMismatch extends Data.TaggedError("AccountMismatch")<{}> {}

/** While the code was redeemed, the authorization expired or someone else presented its completion token. */
export class AuthorizationEnded extends Data.TaggedError("AuthorizationEnded")<{}> {}

/** A grant as it came, and the authorization that asked for it. */
export interface ReceivedGrant {
  readonly authorization: Authorization
  readonly provider: ProviderDefinition
  readonly answer: ExchangeAnswer
}

/** Writes what an authorization led to, all in one transaction: integration, token, consent, audit events. */
export class GrantStore extends Context.Service<GrantStore>()("@oauth-manager/application/grants/GrantStore", {
  make: Effect.gen(function* () {
    const units = yield* UnitOfWork
    const authorizations = yield* AuthorizationRepository
    const integrations = yield* IntegrationRepository
    const tokens = yield* TokenRepository
    const consents = yield* ConsentRepository
    const vault = yield* TokenVault
    const sealer = yield* TokenSealer
    const audit = yield* AuditTrail
    const journal = yield* Journal
    const random = yield* SecureRandom.SecureRandom

    const findExisting = Effect.fnUntraced(function* ({ authorization, answer }: ReceivedGrant) {
      const { owner, provider } = authorization
      if (Option.isNone(authorization.integrationId)) {
        return yield* integrations.findByAccountForUpdate(owner, provider, answer.account.key)
      }
      const named = yield* integrations.findForUpdate(owner, authorization.integrationId.value)
      return Option.isSome(named) && isSameAccount(named.value.account, answer.account)
        ? named
        : yield* new AccountMismatch()
    })

    const writeIntegration = Effect.fnUntraced(function* (
      { authorization, provider, answer }: ReceivedGrant,
      grant: Grant,
      existing: Option.Option<Integration>,
      now: DateTime.Utc
    ) {
      const before = Option.getOrUndefined(existing)
      const requestedScopes = Scopes.union(
        before?.requestedScopes ?? [],
        ScopeCatalogue.canonicalAll(provider, authorization.requestedScopes)
      )
      const next = {
        account: answer.account,
        requestedScopes,
        grantedScopes: grant.granted,
        surplusScopes: grant.surplus,
        authorizedAt: now,
        reverifyAt: Option.map(Option.fromUndefinedOr(provider.reverifyEvery), (seconds) =>
          DateTime.addDuration(now, Duration.seconds(seconds))
        ),
        features: ScopeCatalogue.servedFeatures(
          provider,
          [...new Set([...(before?.features ?? []), ...authorization.features])],
          grant.granted
        )
      }
      if (before !== undefined) {
        const integration = yield* Effect.fromResult(Integrations.reconnect(before, next)).pipe(
          Effect.mapError(() => new AccountMismatch())
        )
        yield* integrations.update(integration.owner, integration)
        return integration
      }
      const integration: Integration = {
        ...next,
        id: IntegrationId.make(yield* random.uuidV7()),
        owner: authorization.owner,
        provider: provider.id,
        status: "active",
        connectedAt: now,
        authorizations: 1,
        problem: Option.none(),
        revocation: Option.none()
      }
      yield* integrations.insert(integration.owner, integration)
      return integration
    })

    /** A token that cannot be opened any more must not keep the user from mending the integration. */
    const openIfReadable = (context: SealingContext, sealed: Sealed) =>
      Effect.asSome(vault.open(context, sealed)).pipe(
        Effect.catchTag("VaultFailed", () => Effect.succeed(Option.none()))
      )

    /** A grant that comes without a refresh token leaves the one that is held in force, unless it is known to be dead. */
    const withHeldRefreshToken = Effect.fnUntraced(function* (
      integration: Integration,
      held: Option.Option<Token>,
      answer: ExchangeAnswer,
      now: DateTime.Utc
    ) {
      const sealed = Option.flatMap(held, (token) => token.refreshToken)
      if (Option.isSome(answer.refreshToken) || Option.isNone(held) || Option.isNone(sealed)) return answer
      const context = tokenContext(integration, "refresh_token", held.value.generation)
      return keepingRefreshToken(answer, held.value, yield* openIfReadable(context, sealed.value), now)
    })

    const write = Effect.fnUntraced(function* (caller: Caller, received: ReceivedGrant) {
      const { authorization, provider } = received
      const { owner } = authorization
      const now = yield* DateTime.now
      const existing = yield* findExisting(received)
      const grant = yield* Effect.fromResult(
        compareGrant(provider, {
          requested: authorization.requestedScopes,
          consentedBefore: Option.match(existing, { onNone: () => [], onSome: ({ grantedScopes }) => grantedScopes }),
          incremental: authorization.incremental,
          returned: received.answer.scopes
        })
      )
      const integration = yield* writeIntegration(received, grant, existing, now)
      const held = yield* tokens.find(owner, integration.id)
      const answer = Option.exists(existing, isDead)
        ? received.answer
        : yield* withHeldRefreshToken(integration, held, received.answer, now)
      const generation = 1 + Option.match(held, { onNone: () => 0, onSome: (token) => token.generation })
      const { plan, token } = yield* sealer.seal({ definition: provider }, integration, generation, answer, now)
      // The one that was there may be on its way to the provider at this moment
      const keepsRefreshToken = answer !== received.answer
      if (!(yield* tokens.put(owner, token, plan, keepsRefreshToken ? "keep" : "end")))
        return yield* Effect.die("a newer token came under the integration's lock")

      const consent: Consent = {
        id: ConsentId.make(yield* random.uuidV7()),
        owner,
        provider: provider.id,
        integrationId: integration.id,
        authorizationId: authorization.id,
        requested: ScopeCatalogue.canonicalAll(provider, authorization.requestedScopes),
        granted: grant.granted,
        denied: grant.denied,
        grantedAt: now,
        withdrawnAt: Option.none()
      }
      yield* consents.insert(owner, consent)

      const completed = yield* Effect.fromResult(Authorizations.complete(authorization, integration.id)).pipe(
        Effect.orDie
      )
      if (!(yield* authorizations.finish(owner, completed))) return yield* new AuthorizationEnded()
      yield* audit.record(
        yield* journal.byCaller(caller, owner, {
          action: "authorization.completed",
          object: { type: "authorization", id: authorization.id },
          outcome: "success"
        }),
        yield* journal.byCaller(caller, owner, {
          action: Option.isNone(existing) ? "integration.connected" : "integration.reconnected",
          object: { type: "integration", id: integration.id },
          outcome: "success"
        }),
        yield* journal.byCaller(caller, owner, {
          action: "consent.granted",
          object: { type: "consent", id: consent.id },
          outcome: "success"
        })
      )
      const times: TokenTimes = {
        expiresAt: token.expiresAt,
        obtainedAt: token.obtainedAt,
        hasRefreshToken: Option.isSome(token.refreshToken),
        refreshExpiresAt: token.refreshExpiresAt
      }
      return { integration, token: Option.some(times) }
    })

    /** Two authorizations of a new account may race to insert it: the second then finds the first's integration. */
    const inUnit = <A, E extends { readonly _tag: string }>(
      { authorization }: ReceivedGrant,
      work: Effect.Effect<A, E | AccountAlreadyConnected>
    ) =>
      units.forUser(authorization.owner, work).pipe(
        Effect.retry({ while: ({ _tag }) => _tag === "AccountAlreadyConnected", times: 3 }),
        Effect.catchIf((error) => error instanceof AccountAlreadyConnected, Effect.die)
      )

    /** A commit whose answer was lost may have gone through. Under the claim nobody else completes the authorization. */
    const findStoredOrWrite = Effect.fnUntraced(function* (caller: Caller, received: ReceivedGrant) {
      const { owner, id } = received.authorization
      const found = yield* authorizations.find(owner, id)
      const stored = Option.filter(found, ({ status }) => status === "completed")
      const integrationId = Option.flatMap(stored, (authorization) => authorization.integrationId)
      const summary = Option.isSome(integrationId)
        ? yield* integrations.find(owner, integrationId.value)
        : Option.none<IntegrationSummary>()
      return Option.isSome(summary) ? summary.value : yield* write(caller, received)
    })

    return {
      /** Outlasts a storage that is down for a while, since the code cannot be redeemed again. */
      store: (caller: Caller, received: ReceivedGrant) =>
        inUnit(received, write(caller, received)).pipe(
          Effect.catchTag("RepositoryUnavailable", () => {
            const again = outlast(inUnit(received, findStoredOrWrite(caller, received)))
            // The lost commit may have ended between the look and the write: then the second look finds it.
            return Effect.catchTag(again, "AuthorizationEnded", () => again)
          })
        )
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
