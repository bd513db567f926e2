import {
  type AuditEvent,
  type Caller,
  type IntegrationId,
  Integrations,
  type ProblemCode,
  ScopeCatalogue,
  Scopes,
  type Token,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Duration, Effect, Layer, Option, Schedule } from "effect"
import { type Entry, Journal } from "../access/Journal.ts"
import { TokenSealer } from "../grants/TokenSealer.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** The one who asked for a refresh, and the generation that they hold the lease on. */
export interface HeldLease {
  readonly caller: Caller
  readonly scope: UserScope
  readonly token: Token
  readonly owner: string
}

const whileStorageIsDown = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: Duration.seconds(15) })
)

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
        journal.byCaller(lease.caller, lease.scope, {
          ...entry,
          object: { type: "integration", id: lease.token.integrationId }
        })

      /** A refresh may come back with fewer scopes than the grant had (RFC 6749 §6): those are no longer released. */
      const narrow = Effect.fnUntraced(function* (
        scope: UserScope,
        id: IntegrationId,
        { provider }: RegisteredProvider,
        answer: TokenAnswer
      ) {
        if (Option.isNone(answer.scopes)) return false
        const returned = ScopeCatalogue.canonicalAll(provider, answer.scopes.value)
        const found = yield* integrations.findForUpdate(scope, id)
        if (Option.isNone(found) || Scopes.isSubset(found.value.grantedScopes, returned)) return false
        const grantedScopes = found.value.grantedScopes.filter((granted) => returned.includes(granted))
        const features = ScopeCatalogue.servedFeatures(provider, found.value.features, grantedScopes)
        yield* integrations.update(scope, { ...found.value, grantedScopes, features })
        return true
      })

      return {
        /** True where the new token was stored; false where this lease was overtaken and nothing was. */
        succeed: Effect.fnUntraced(
          function* (lease: HeldLease, registered: RegisteredProvider, answer: TokenAnswer) {
            const { scope, token } = lease
            const next = yield* sealer.seal(
              { owner: scope, id: token.integrationId },
              token.generation + 1,
              answer,
              yield* DateTime.now
            )
            return yield* units.forUser(
              scope,
              Effect.gen(function* () {
                const narrowed = yield* narrow(scope, token.integrationId, registered, answer)
                const committed = yield* tokens.commitRefresh(scope, next, lease.owner)
                if (committed) {
                  const reason = narrowed ? { reason: "scopes_narrowed" } : {}
                  yield* audit.record(yield* event(lease, { action: "token.refreshed", outcome: "success", ...reason }))
                }
                return committed
              })
            )
          },
          Effect.retry({ while: (error) => error._tag === "RepositoryUnavailable", schedule: whileStorageIsDown })
        ),

        /** The grant is dead: the user must authorize again. Nothing changes where a newer token has come meanwhile. */
        requireReauthorization: Effect.fnUntraced(function* (lease: HeldLease, code: ProblemCode) {
          const { scope, token } = lease
          const since = yield* DateTime.now
          yield* units.forUser(
            scope,
            Effect.gen(function* () {
              const found = yield* integrations.findForUpdate(scope, token.integrationId)
              const stored = yield* tokens.find(scope, token.integrationId)
              const isCurrent = Option.exists(stored, (current) => current.generation === token.generation)
              if (Option.isNone(found) || !isCurrent) return
              const next = Integrations.requireReauthorization(found.value, { code, since })
              if (next._tag === "Failure") return
              yield* integrations.update(scope, next.success)
              yield* audit.record(
                yield* event(lease, {
                  action: "integration.reauthorization_required",
                  outcome: "failure",
                  reason: code
                })
              )
            })
          )
        }),

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
