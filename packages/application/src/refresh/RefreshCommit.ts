import {
  type AuditEvent,
  compareRefresh,
  type Integration,
  Integrations,
  type Problem,
  type Token,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, type Duration, Effect, Equal, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { type Actor, type Entry, Journal } from "../access/Journal.ts"
import { outlast } from "../grants/StorageOutage.ts"
import { TokenSealer } from "../grants/TokenSealer.ts"
import type { WrappedDataKey } from "../ports/DataKeyRepository.ts"
import { HoldsAnswer } from "../ports/HoldsAnswer.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { type RefreshFailed, TokenRepository } from "../ports/TokenRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import type { HeldLease } from "./HeldLease.ts"

/** An answer to the refresh token of `token`'s generation, and the fence of its commit. */
export interface Answered {
  readonly actor: Actor
  readonly scope: UserScope
  readonly token: Pick<Token, "integrationId" | "generation">
  readonly owner: string | "answer"
  readonly obtainedAt: DateTime.Utc
  /** The user's, as it was read with the token. */
  readonly dataKey?: WrappedDataKey
  /** What the audit trail says of how it came; a change of scopes says more. */
  readonly reason?: string
}

/** How a refresh failed, as it is put on record. With `problem` the integration says what ails it. */
export interface RecordedFailure extends Omit<RefreshFailed, "owner"> {
  readonly reason: string
  readonly problem?: Omit<Problem, "since">
}

type OfToken = Pick<HeldLease, "actor" | "scope"> & { readonly token: Pick<Token, "integrationId" | "generation"> }

/** Writes what a refresh led to, fenced by generation and lease owner. */
export class RefreshCommit extends Context.Service<RefreshCommit>()(
  "@oauth-manager/application/refresh/RefreshCommit",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const tokens = yield* TokenRepository
      const integrations = yield* IntegrationRepository
      const sealer = yield* TokenSealer
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      const events = ({ actor, scope, token }: OfToken, entries: ReadonlyArray<Omit<Entry, "object">>) =>
        Effect.forEach(entries, (entry): Effect.Effect<AuditEvent> =>
          journal.by(actor, scope, { ...entry, object: { type: "integration", id: token.integrationId } })
        )

      const record = (of: OfToken, ...entries: ReadonlyArray<Omit<Entry, "object">>) =>
        Effect.flatMap(events(of, entries), (recorded) => chronicle.record(...recorded))

      /**
       * A refresh may come back with fewer scopes than the grant had (RFC 6749 §6), which are no longer released; with more,
       * nothing is until the user has consented. That it came back at all ends what kept it from coming.
       */
      const refreshed = Effect.fnUntraced(function* (
        integration: Integration,
        { definition: provider }: RegisteredProvider,
        answer: TokenAnswer,
        since: DateTime.Utc
      ) {
        const before = { granted: integration.grantedScopes, surplus: integration.surplusScopes }
        const { escalated, granted, surplus } = compareRefresh(provider, before, answer.scopes)
        const next = {
          ...Integrations.renew(Integrations.resolveDoubt(integration)),
          grantedScopes: granted,
          surplusScopes: surplus
        }
        if (escalated.length > 0 && next.status === "active") {
          const quarantine = Integrations.requireReauthorization(next, { code: "scopes_widened", since })
          return { next: yield* Effect.orDie(Effect.fromResult(quarantine)), reason: "scopes_widened" }
        }
        return { next, reason: granted.length < before.granted.length ? "scopes_narrowed" : undefined }
      })

      const quarantined: ReadonlyArray<Omit<Entry, "object">> = [
        { action: "scope.escalation_refused", outcome: "failure", reason: "scopes_widened" },
        { action: "integration.reauthorization_required", outcome: "failure", reason: "scopes_widened" }
      ]

      const write = Effect.fnUntraced(function* (
        answered: Answered,
        registered: RegisteredProvider,
        answer: TokenAnswer
      ) {
        const { obtainedAt, owner, scope, token } = answered
        const id = token.integrationId
        const found = yield* integrations.findForUpdate(scope, id)
        if (Option.isNone(found)) return false
        const { plan, token: next } = yield* sealer.seal(
          registered,
          found.value,
          token.generation + 1,
          answer,
          obtainedAt,
          // Only the lease keeps it from being replaced
          owner === "answer" ? undefined : answered.dataKey
        )
        if (!(yield* tokens.commitRefresh(scope, next, owner, plan))) return false
        const outcome = yield* refreshed(found.value, registered, answer, obtainedAt)
        const reason = outcome.reason ?? answered.reason
        if (!Equal.equals(outcome.next, found.value)) yield* integrations.update(scope, outcome.next)
        yield* record(
          answered,
          {
            action: "token.refreshed",
            outcome: "success",
            generation: next.generation,
            ...(reason === undefined ? {} : { reason })
          },
          ...(outcome.reason === "scopes_widened" ? quarantined : [])
        )
        return true
      })

      /** Changes the integration, unless a newer token has come meanwhile. */
      const whileCurrent = <E>(
        { owner, scope, token }: HeldLease,
        change: (integration: Integration, now: DateTime.Utc) => Effect.Effect<void, E>
      ) =>
        units.forUser(
          scope,
          Effect.gen(function* () {
            const found = yield* integrations.findForUpdate(scope, token.integrationId)
            const stored = yield* tokens.find(scope, token.integrationId)
            const isCurrent = Option.exists(stored, (current) => current.generation === token.generation)
            if (Option.isSome(found) && isCurrent) return yield* change(found.value, yield* DateTime.now)
            // A newer token that kept the refresh token has kept the lease, too
            yield* tokens.releaseLease(scope, token.integrationId, owner)
          })
        )

      const note = Effect.fnUntraced(function* (lease: HeldLease, integration: Integration, problem: Problem) {
        const next = Integrations.note(integration, problem)
        if (next === integration) return
        yield* integrations.update(lease.scope, next)
        yield* record(lease, { action: "integration.problem_noted", outcome: "failure", reason: problem.code })
      })

      const fail = (lease: HeldLease, { inDoubt, problem, reason, retryIn }: RecordedFailure) =>
        whileCurrent(lease, (integration, since) =>
          Effect.gen(function* () {
            const { owner, scope, token } = lease
            yield* tokens.failRefresh(scope, token.integrationId, { owner, retryIn, inDoubt })
            yield* record(lease, { action: "token.refresh_failed", outcome: "failure", reason })
            if (problem !== undefined) yield* note(lease, integration, { ...problem, since })
          })
        ).pipe(Effect.provideService(HoldsAnswer, true))

      return {
        /** True where the new token was stored; false where its generation was overtaken and nothing was. Outlasts a storage that is down. */
        succeed: (answered: Answered, registered: RegisteredProvider, answer: TokenAnswer) =>
          Effect.provideService(
            outlast(units.forUser(answered.scope, write(answered, registered, answer))),
            HoldsAnswer,
            true
          ),

        /**
         * As `succeed`, for an answer that brought a new refresh token beside an access token that is none: `answer` holds the old
         * one. It counts as a failure.
         */
        salvage: (
          lease: HeldLease & Pick<Answered, "obtainedAt">,
          registered: RegisteredProvider,
          answer: TokenAnswer,
          retryIn: Duration.Duration
        ) =>
          outlast(
            units.forUser(
              lease.scope,
              Effect.gen(function* () {
                const { owner, scope, token } = lease
                if (!(yield* write(lease, registered, answer))) return false
                const next = { ...token, generation: token.generation + 1 }
                yield* tokens.acquireLease(scope, token.integrationId, {
                  generation: next.generation,
                  owner,
                  duration: retryIn
                })
                yield* fail(
                  { ...lease, token: next },
                  {
                    reason: "unusable_response",
                    retryIn,
                    inDoubt: false,
                    problem: { code: "unknown_error" }
                  }
                )
                return true
              })
            )
          ).pipe(Effect.provideService(HoldsAnswer, true)),

        /** The grant is dead: the user must authorize again. Nothing changes where a newer token has come meanwhile. */
        requireReauthorization: (lease: HeldLease, problem: Omit<Problem, "since">) =>
          whileCurrent(lease, (integration, since) =>
            Effect.gen(function* () {
              yield* tokens.releaseLease(lease.scope, lease.token.integrationId, lease.owner)
              // What ended meanwhile keeps what ended it
              if (integration.status !== "active") return
              const next = Integrations.requireReauthorization(integration, { ...problem, since })
              yield* integrations.update(lease.scope, yield* Effect.orDie(Effect.fromResult(next)))
              yield* record(lease, {
                action: "integration.reauthorization_required",
                outcome: "failure",
                reason: problem.code
              })
            })
          ).pipe(Effect.provideService(HoldsAnswer, true)),

        /** Ends the lease of a refresh that failed, though the grant may stand. */
        fail,

        /** Says that the provider may have rotated the refresh token of this generation, without anybody seeing the answer. */
        recordDoubt: (lease: HeldLease) =>
          units.forUser(
            lease.scope,
            record(lease, { action: "token.rotation_in_doubt", outcome: "failure", reason: "refresh_abandoned" })
          )
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
