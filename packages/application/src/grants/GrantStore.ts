import {
  type Authorization,
  Authorizations,
  type Caller,
  compareGrant,
  Consents,
  type FeatureId,
  FeatureStates,
  type Grant,
  type Integration,
  IntegrationId,
  Integrations,
  isSameAccount,
  ScopeCatalogue,
  ScopePolicies,
  Scopes,
  type Sealed,
  type Token
} from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Context, Data, DateTime, Duration, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { Chronicle } from "../access/Chronicle.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { ConsentWriter } from "../consents/ConsentWriter.ts"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"
import { HoldsAnswer } from "../ports/HoldsAnswer.ts"
import { policyInForce } from "../policies/PolicyInForce.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import {
  AccountAlreadyConnected,
  IntegrationRepository,
  type IntegrationSummary,
  type TokenTimes
} from "../ports/IntegrationRepository.ts"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import type { ExchangeAnswer } from "../ports/OAuthClient.ts"
import { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"
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
    const policies = yield* ScopePolicyRepository
    const { catalogue } = yield* FeatureRegistry
    const writer = yield* ConsentWriter
    const chronicle = yield* Chronicle
    const journal = yield* Journal
    const random = yield* SecureRandom.SecureRandom

    /** Locks, in one order for all, every account of the user at the provider: a feature may move from one to the other. */
    const findExisting = Effect.fnUntraced(function* ({ authorization, answer }: ReceivedGrant) {
      const { owner, provider } = authorization
      const connected = yield* integrations.findConnectedForUpdate(owner, [provider])
      const isOfAccount = ({ account }: Integration) => isSameAccount(account, answer.account)
      const others = connected.filter((one) => !isOfAccount(one))
      if (Option.isNone(authorization.integrationId)) {
        return { existing: Option.fromUndefinedOr(connected.find(isOfAccount)), others }
      }
      const { value: id } = authorization.integrationId
      const named = connected.find((one) => one.id === id)
      return named !== undefined && isOfAccount(named)
        ? { existing: Option.some(named), others }
        : yield* new AccountMismatch()
    })

    const compare = Effect.fnUntraced(function* (
      { authorization, answer, provider }: ReceivedGrant,
      caller: Caller,
      existing: Option.Option<Integration>
    ) {
      const { owner, narrows } = authorization
      const policy = yield* policyInForce(policies, owner, provider.id)
      const before = Option.getOrUndefined(Option.filter(existing, () => !narrows))
      const heldBefore = before?.grantedScopes ?? []
      const consentedBefore = heldBefore.filter((scope) => before?.consentedScopes.includes(scope))
      const grant = yield* Effect.fromResult(
        compareGrant(provider, {
          requested: authorization.requestedScopes,
          consentedBefore,
          incremental: authorization.incremental,
          returned: answer.scopes,
          permits: (scope) => ScopePolicies.permits(policy, provider, caller.roles, scope)
        })
      )
      // What the user has withdrawn here is no surplus when the provider brings it back: it still keeps the token from leaving
      const withdrawn = Scopes.difference(heldBefore, consentedBefore)
      return {
        ...grant,
        granted: Scopes.union(
          grant.granted,
          grant.surplus.filter((scope) => withdrawn.includes(scope))
        ),
        surplus: Scopes.difference(grant.surplus, withdrawn)
      } satisfies Grant
    })

    /** Those that were activated before, and those asked for now that are served; of a grant that is narrowed, none that it leaves out. */
    const featuresOf = ({ authorization, provider }: ReceivedGrant, next: Integration) => {
      const { features: asked, narrows } = authorization
      const served = FeatureStates.servedFeatures(catalogue, provider, { ...next, features: asked })
      if (!narrows) return [...new Set([...next.features, ...served])]
      const remain = FeatureStates.servedFeatures(catalogue, provider, next)
      return [...new Set([...next.features.filter((id) => asked.includes(id) || remain.includes(id)), ...served])]
    }

    const next = Effect.fnUntraced(function* (
      { authorization, provider, answer }: ReceivedGrant,
      grant: Grant,
      existing: Option.Option<Integration>,
      now: DateTime.Utc
    ) {
      const before = Option.getOrUndefined(existing)
      const change = {
        account: answer.account,
        requestedScopes: Scopes.union(
          authorization.narrows ? [] : (before?.requestedScopes ?? []),
          ScopeCatalogue.canonicalAll(provider, authorization.requestedScopes)
        ),
        grantedScopes: grant.granted,
        surplusScopes: grant.surplus,
        consentedScopes: [],
        scopesInUse: [],
        authorizedAt: now,
        reverifyAt: Option.map(Option.fromUndefinedOr(provider.reverifyEvery), (seconds) =>
          DateTime.addDuration(now, Duration.seconds(seconds))
        ),
        features: before?.features ?? []
      }
      if (before !== undefined) {
        return yield* Effect.mapError(
          Effect.fromResult(Integrations.reconnect(before, change)),
          () => new AccountMismatch()
        )
      }
      return {
        ...change,
        id: IntegrationId.make(yield* random.uuidV7()),
        owner: authorization.owner,
        provider: provider.id,
        status: "active",
        connectedAt: now,
        authorizations: 1,
        problem: Option.none(),
        revocation: Option.none()
      } satisfies Integration
    })

    /** What of the consents before stands beside the new ones: none where the grant was narrowed. */
    const keep = Effect.fnUntraced(function* (
      { authorization }: ReceivedGrant,
      { id, owner }: Integration,
      now: DateTime.Utc
    ) {
      if (!authorization.narrows) return { before: yield* consents.ofIntegration(owner, id), withdrawn: [] }
      return { before: [], withdrawn: yield* consents.withdrawAll(owner, id, { at: now, cause: "user" }) }
    })

    /** Of several accounts one serves a feature: the one that was authorized for it last. */
    const moveFeatures = Effect.fnUntraced(function* (
      provider: ProviderDefinition,
      features: ReadonlyArray<FeatureId>,
      others: ReadonlyArray<Integration>
    ) {
      for (const other of others) {
        const left = other.features.filter((id) => !features.includes(id))
        if (left.length === other.features.length) continue
        const inForce = Consents.scopesInForce(provider, yield* consents.ofIntegration(other.owner, other.id), left)
        yield* integrations.update(other.owner, { ...other, features: left, ...inForce })
      }
      return others.flatMap((other) =>
        other.features
          .filter((id) => features.includes(id))
          .map((id): Entry => ({
            action: "feature.deactivated",
            object: { type: "feature", id },
            integrationId: other.id,
            outcome: "success",
            reason: "moved"
          }))
      )
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
      const { existing, others } = yield* findExisting(received)
      const grant = yield* compare(received, caller, existing)
      const granted = yield* next(received, grant, existing, now)
      const integrationId = granted.id
      const { before, withdrawn } = yield* keep(received, granted, now)
      const drafted = yield* writer.draft(caller, { authorization, before, provider, grant, integrationId, now })
      const stands = [...before, ...drafted]
      const { consentedScopes } = Consents.scopesInForce(provider, stands, [])
      const features = featuresOf(received, { ...granted, consentedScopes })
      const integration: Integration = { ...granted, features, ...Consents.scopesInForce(provider, stands, features) }
      yield* Option.isNone(existing) ? integrations.insert(owner, integration) : integrations.update(owner, integration)
      const activated = features.filter((id) => !Option.exists(existing, (known) => known.features.includes(id)))
      const ended = granted.features.filter((id) => !features.includes(id))
      const moved = yield* moveFeatures(provider, activated, others)
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

      yield* consents.insert(owner, ...drafted)

      const completed = yield* Effect.fromResult(Authorizations.complete(authorization, integration.id)).pipe(
        Effect.orDie
      )
      if (!(yield* authorizations.finish(owner, completed))) return yield* new AuthorizationEnded()
      const entries: ReadonlyArray<Entry> = [
        {
          action: "authorization.completed",
          object: { type: "authorization", id: authorization.id },
          outcome: "success"
        },
        {
          action: Option.isNone(existing) ? "integration.connected" : "integration.reconnected",
          object: { type: "integration", id: integrationId },
          outcome: "success",
          generation
        },
        ...moved,
        ...withdrawn.map((id): Entry => ({
          action: "consent.withdrawn",
          object: { type: "consent", id },
          integrationId,
          outcome: "success"
        })),
        ...ended.map((id): Entry => ({
          action: "feature.deactivated",
          object: { type: "feature", id },
          integrationId,
          outcome: "success"
        })),
        ...drafted.map(({ id }): Entry => ({
          action: "consent.granted",
          object: { type: "consent", id },
          integrationId,
          outcome: "success"
        })),
        ...activated.map((id): Entry => ({
          action: "feature.activated",
          object: { type: "feature", id },
          integrationId,
          outcome: "success"
        }))
      ]
      yield* chronicle.record(...(yield* Effect.forEach(entries, (entry) => journal.byCaller(caller, owner, entry))))
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
          }),
          Effect.provideService(HoldsAnswer, true)
        )
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
