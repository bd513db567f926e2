import {
  type AuditEvent,
  compareRefresh,
  type Integration,
  Integrations,
  type Problem,
  ScopeCatalogue,
  type Token,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { type Actor, type Entry, Journal } from "../access/Journal.ts"
import { outlast } from "../grants/StorageOutage.ts"
import { TokenSealer } from "../grants/TokenSealer.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** The one who asked for a refresh, and the generation that they hold the lease on. */
export interface HeldLease {
  readonly actor: Actor
  readonly scope: UserScope
  readonly token: Token
  readonly owner: string
}

/** Writes what a refresh led to, fenced by generation and lease owner. */
export class RefreshCommit extends Context.Service<RefreshCommit>()(
  "@oauth-manager/application/refresh/RefreshCommit",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const tokens = yield* TokenRepository
      const integrations = yield* IntegrationRepository
      const sealer = yield* TokenSealer
      const audit = yield* AuditTrail
      const journal = yield* Journal

      const event = (lease: HeldLease, entry: Omit<Entry, "object">): Effect.Effect<AuditEvent> =>
        journal.by(lease.actor, lease.scope, {
          ...entry,
          object: { type: "integration", id: lease.token.integrationId }
        })

      /**
       * A refresh may come back with fewer scopes than the grant had (RFC 6749 §6), which are no longer released, or with
       * more, which never are. That it came back at all ends what kept it from coming.
       */
      const refreshed = (
        integration: Integration,
        { definition: provider }: RegisteredProvider,
        answer: TokenAnswer
      ): { readonly next: Integration; readonly reason: Pick<Entry, "reason"> } => {
        const { granted, isWider } = compareRefresh(
          provider,
          { granted: integration.grantedScopes, surplus: integration.surplusScopes },
          answer.scopes
        )
        const next = Integrations.renew(integration)
        if (granted.length === integration.grantedScopes.length) {
          return { next, reason: isWider ? { reason: "scopes_widened" } : {} }
        }
        const features = ScopeCatalogue.servedFeatures(provider, integration.features, granted)
        return { next: { ...next, grantedScopes: granted, features }, reason: { reason: "scopes_narrowed" } }
      }

      const store = Effect.fnUntraced(function* (
        lease: HeldLease,
        registered: RegisteredProvider,
        answer: TokenAnswer,
        obtainedAt: DateTime.Utc
      ) {
        const { scope, token } = lease
        const id = token.integrationId
        const next = yield* sealer.seal({ owner: scope, id }, token.generation + 1, answer, obtainedAt)
        return yield* units.forUser(
          scope,
          Effect.gen(function* () {
            const found = yield* integrations.findForUpdate(scope, id)
            if (Option.isNone(found) || !(yield* tokens.commitRefresh(scope, next, lease.owner))) return false
            const outcome = refreshed(found.value, registered, answer)
            yield* integrations.update(scope, outcome.next)
            yield* audit.record(
              yield* event(lease, { action: "token.refreshed", outcome: "success", ...outcome.reason })
            )
            return true
          })
        )
      })

      /** Changes the integration, unless a newer token has come meanwhile. */
      const whileCurrent = <E>(
        { scope, token }: HeldLease,
        change: (integration: Integration, now: DateTime.Utc) => Effect.Effect<void, E>
      ) =>
        units.forUser(
          scope,
          Effect.gen(function* () {
            const found = yield* integrations.findForUpdate(scope, token.integrationId)
            const stored = yield* tokens.find(scope, token.integrationId)
            const isCurrent = Option.exists(stored, (current) => current.generation === token.generation)
            if (Option.isSome(found) && isCurrent) yield* change(found.value, yield* DateTime.now)
          })
        )

      return {
        /** True where the new token was stored; false where this lease was overtaken and nothing was. */
        succeed: Effect.fnUntraced(function* (lease: HeldLease, registered: RegisteredProvider, answer: TokenAnswer) {
          const obtainedAt = yield* DateTime.now
          return yield* outlast(store(lease, registered, answer, obtainedAt))
        }),

        /** The grant is dead: the user must authorize again. Nothing changes where a newer token has come meanwhile. */
        requireReauthorization: (lease: HeldLease, problem: Omit<Problem, "since">) =>
          whileCurrent(lease, (integration, since) =>
            Effect.gen(function* () {
              // What ended meanwhile keeps what ended it
              if (integration.status !== "active") return
              const next = Integrations.requireReauthorization(integration, { ...problem, since })
              yield* integrations.update(lease.scope, yield* Effect.orDie(Effect.fromResult(next)))
              yield* audit.record(
                yield* event(lease, {
                  action: "integration.reauthorization_required",
                  outcome: "failure",
                  reason: problem.code
                })
              )
            })
          ),

        /** The token could not be renewed, though the grant stands: the integration says what ails it. */
        note: (lease: HeldLease, problem: Omit<Problem, "since">) =>
          whileCurrent(lease, (integration, since) =>
            Effect.gen(function* () {
              const next = Integrations.note(integration, { ...problem, since })
              if (next === integration) return
              yield* integrations.update(lease.scope, next)
              yield* audit.record(
                yield* event(lease, { action: "integration.problem_noted", outcome: "failure", reason: problem.code })
              )
            })
          ),

        /** Records that the provider could not be asked, or would not answer. */
        fail: (lease: HeldLease, reason: string) =>
          units.forUser(
            lease.scope,
            Effect.flatMap(event(lease, { action: "token.refresh_failed", outcome: "failure", reason }), (failed) =>
              audit.record(failed)
            )
          )
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
