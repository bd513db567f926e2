import { Clock, Context, DateTime, Duration, Effect, Exit, Layer, Option } from "effect"
import {
  AdminActionRequired,
  ProviderMisconfigured,
  ProviderUnavailable,
  type TokenAnswer,
  TokenAnswerUnusable
} from "../ports/OAuthClient.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import type { TokenReading } from "../ports/TokenRepository.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"
import { TokenVault, type VaultFailed } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import type { HeldLease } from "./HeldLease.ts"
import { LateTokens } from "./LateTokens.ts"
import { OvertakenAnswers } from "./OvertakenAnswers.ts"
import { ProviderGate } from "./ProviderGate.ts"
import { ProviderRefresh, type RefreshRequest, type Verdict } from "./ProviderRefresh.ts"
import { ReauthorizationRequired } from "./ReauthorizationRequired.ts"
import { delayAfter, type RefreshSetback } from "./RefreshBackoff.ts"
import { RefreshCommit } from "./RefreshCommit.ts"
import { RefreshLeases } from "./RefreshLeases.ts"
import { RefreshTimings } from "./RefreshTimings.ts"
import { RotatedAnswers } from "./RotatedAnswers.ts"
import { spendsRefreshTokens } from "./SpentTokens.ts"

/** Ends that are stored: a caller is told of them. */
const isOutcome = ({ _tag }: { readonly _tag: string }): boolean =>
  _tag !== "RepositoryUnavailable" && _tag !== "VaultFailed"

/** After these the provider may have answered, and been heard by nobody. */
const unheard: ReadonlySet<string> = new Set<ProviderUnavailable["reason"]>([
  "unreachable",
  "timeout",
  "server_error",
  "unusable_response"
])

const problemOf = (setback: RefreshSetback) => {
  if (setback._tag === "AdminActionRequired") return { problem: { code: "admin_action_required" as const } }
  if (setback._tag === "TokenAnswerUnusable") return { problem: { code: "unknown_error" as const } }
  return setback._tag === "ProviderUnavailable" && setback.reason === "unknown_error"
    ? { problem: { code: "unknown_error" as const } }
    : {}
}

const reasonOf = (setback: RefreshSetback): string => {
  switch (setback._tag) {
    case "AdminActionRequired":
      return "admin_action_required"
    case "ProviderMisconfigured":
      return setback.code
    case "ProviderUnavailable":
      return setback.reason
    case "TokenAnswerUnusable":
      return "unusable_response"
  }
}

const isSetback = (error: { readonly _tag: string }): error is RefreshSetback =>
  error instanceof AdminActionRequired
  || error instanceof ProviderMisconfigured
  || error instanceof ProviderUnavailable
  || error instanceof TokenAnswerUnusable

/** What a caller is told of a setback. */
const told = (setback: RefreshSetback, retryIn: Duration.Duration) =>
  setback._tag === "TokenAnswerUnusable"
    ? new ProviderUnavailable({
        provider: setback.provider,
        reason: "unusable_response",
        retryAfter: Option.some(retryIn)
      })
    : setback

/**
 * The refresh of one generation, under its lease and without interruption, from before the request until what it led to is
 * stored. An answer that the storage does not take stays in the journal, and the lease with it until it runs out.
 */
export class HeldRefresh extends Context.Service<HeldRefresh>()("@oauth-manager/application/refresh/HeldRefresh", {
  make: Effect.gen(function* () {
    const registry = yield* ProviderRegistry
    const vault = yield* TokenVault
    const { giveBack } = yield* RefreshLeases
    const gate = yield* ProviderGate
    const provider = yield* ProviderRefresh
    const commit = yield* RefreshCommit
    const answers = yield* RotatedAnswers
    const late = yield* LateTokens
    const overtaken = yield* OvertakenAnswers
    const timings = yield* RefreshTimings

    /**
     * An answer that spent the refresh token is stored whoever has the lease by now: nobody else can come to another. Otherwise the
     * one with the lease has the better right.
     */
    const store = Effect.fnUntraced(function* (request: RefreshRequest, answer: TokenAnswer) {
      const { lease, refreshToken, registered } = request
      const isRotated = !Option.contains(answer.refreshToken, refreshToken)
      const owner = isRotated && spendsRefreshTokens(registered.definition) ? "answer" : lease.owner
      if (yield* commit.succeed({ ...lease, owner, obtainedAt: yield* DateTime.now }, registered, answer)) return
      if (owner === "answer" && (yield* overtaken.handOver(request, answer))) return
      yield* late.settle({ ...lease, isRotated, answer }, registered)
      yield* giveBack(lease)
    })

    const salvage = Effect.fnUntraced(function* (
      { lease, registered }: RefreshRequest,
      setback: TokenAnswerUnusable,
      retryIn: Duration.Duration
    ) {
      if (Option.isNone(setback.refreshToken)) return false
      const answer = yield* provider.salvage(lease, setback.refreshToken.value)
      yield* commit.salvage({ ...lease, obtainedAt: yield* DateTime.now }, registered, answer, retryIn)
      return true
    })

    const setBack = Effect.fnUntraced(function* (request: RefreshRequest, setback: RefreshSetback) {
      const { lease, reading, registered } = request
      if (setback._tag === "ProviderUnavailable" && setback.reason === "backing_off") {
        yield* giveBack(lease)
        return yield* setback
      }
      const retryIn = yield* delayAfter(setback, lease.failures, yield* gate.isDown(reading.provider))
      const isSalvaged = setback._tag === "TokenAnswerUnusable" && (yield* salvage(request, setback, retryIn))
      if (!isSalvaged) {
        const isUnheard = setback._tag === "TokenAnswerUnusable" || unheard.has(reasonOf(setback))
        yield* commit.fail(lease, {
          reason: reasonOf(setback),
          retryIn,
          inDoubt: isUnheard && spendsRefreshTokens(registered.definition),
          ...problemOf(setback)
        })
      }
      return yield* told(setback, retryIn)
    })

    const refuse = Effect.fnUntraced(function* (
      { lease, reading, registered }: RefreshRequest,
      { claims, works }: Extract<Verdict, { readonly _tag: "Refused" }>
    ) {
      const wanted = claims === undefined ? {} : { claims }
      if (works) {
        yield* commit.fail(lease, {
          reason: "refresh_refused",
          retryIn: Duration.zero,
          inDoubt: false,
          problem: { code: "refresh_refused", ...wanted }
        })
        const { provider, requestedScopes } = reading
        return yield* new ReauthorizationRequired({ provider, scopes: requestedScopes, tokenWorks: true })
      }
      const isLost = lease.inDoubt && spendsRefreshTokens(registered.definition)
      yield* commit.requireReauthorization(lease, { code: isLost ? "rotation_in_doubt" : "grant_revoked", ...wanted })
    })

    const settle = (
      request: RefreshRequest,
      verdict: Verdict
    ): Effect.Effect<void, ReauthorizationRequired | RepositoryUnavailable | VaultFailed> => {
      switch (verdict._tag) {
        case "Renewed":
          return store(request, verdict.answer)
        case "Refused":
          return refuse(request, verdict)
        case "Overtaken":
          return Effect.void
      }
    }

    /** A lease that runs out is what tells that the refresh token may be spent; where it is not, others may go on. */
    const leave = ({ lease, registered }: RefreshRequest) =>
      spendsRefreshTokens(registered.definition) ? Effect.void : giveBack(lease)

    /** What could not be stored waits in the journal; all else is done with. */
    const ask = (request: RefreshRequest) =>
      provider.ask(request).pipe(
        Effect.matchEffect({
          onSuccess: (verdict) => settle(request, verdict),
          onFailure: (error) => (isSetback(error) ? setBack(request, error) : Effect.fail(error))
        }),
        Effect.onExit((exit) =>
          Exit.isSuccess(exit) || Option.exists(Exit.findErrorOption(exit), isOutcome)
            ? request.kept.settle
            : Effect.andThen(request.kept.secure, leave(request))
        )
      )

    const registeredOf = (id: TokenReading["provider"]): Effect.Effect<RegisteredProvider, ProviderMisconfigured> =>
      Effect.mapError(registry.get(id), () => new ProviderMisconfigured({ provider: id, code: "provider_not_loaded" }))

    /** A process that was stopped between may have lost the lease: the call must end within it. */
    const isInTime = Effect.fnUntraced(function* (begun: number) {
      const spent = Duration.millis((yield* Clock.currentTimeMillis) - begun)
      return Duration.isLessThan(Duration.sum(spent, timings.call), timings.lease)
    })

    /** What the provider is asked. None: there is nothing to ask for. */
    const prepare = Effect.fnUntraced(function* (lease: HeldLease, reading: TokenReading) {
      const { dataKey, inDoubt, scope, token } = lease
      const registered = yield* registeredOf(reading.provider)
      if (Option.isNone(token.refreshToken)) {
        yield* commit.requireReauthorization(lease, { code: "refresh_token_missing" })
        return Option.none<RefreshRequest>()
      }
      const context = tokenContext({ owner: scope, id: token.integrationId }, "refresh_token", token.generation)
      const refreshToken = yield* vault.open(context, token.refreshToken.value, dataKey)
      if (inDoubt && spendsRefreshTokens(registered.definition)) yield* commit.recordDoubt(lease)
      const kept = answers.of(lease, registered.definition)
      return Option.some<RefreshRequest>({ lease, registered, reading, refreshToken, kept })
    })

    return {
      /** Where it succeeds, the storage tells what came of it. `begun` is the time in milliseconds before the lease was asked for. */
      run: Effect.fnUntraced(function* (lease: HeldLease, reading: TokenReading, begun: number) {
        const request = yield* Effect.tapError(prepare(lease, reading), () => giveBack(lease))
        if (Option.isNone(request)) return
        if (!(yield* isInTime(begun))) return yield* giveBack(lease)
        yield* ask(request.value)
      }, Effect.uninterruptible)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
