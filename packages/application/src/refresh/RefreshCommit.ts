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
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { type Entry, Journal } from "../access/Journal.ts"
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
  readonly caller: Caller
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
        journal.byCaller(lease.caller, lease.scope, {
          ...entry,
          object: { type: "integration", id: lease.token.integrationId }
        })

      /**
       * A refresh may come back with fewer scopes than the grant had (RFC 6749 §6), which are no longer released, or with
       * more, which never are.
       */
      const compareScopes = Effect.fnUntraced(function* (
        scope: UserScope,
        id: IntegrationId,
        { definition: provider }: RegisteredProvider,
        answer: TokenAnswer
      ) {
        const found = Option.isSome(answer.scopes) ? yield* integrations.findForUpdate(scope, id) : Option.none()
        if (Option.isNone(found) || Option.isNone(answer.scopes)) return { narrowed: undefined, reason: {} }
        const integration = found.value
        const returned = ScopeCatalogue.canonicalAll(provider, answer.scopes.value)
        const grantedScopes = integration.grantedScopes.filter((granted) => returned.includes(granted))
        if (grantedScopes.length < integration.grantedScopes.length) {
          const features = ScopeCatalogue.servedFeatures(provider, integration.features, grantedScopes)
          return { narrowed: { ...integration, grantedScopes, features }, reason: { reason: "scopes_narrowed" } }
        }
        const known = Scopes.union(integration.grantedScopes, integration.surplusScopes)
        return { narrowed: undefined, reason: Scopes.isSubset(returned, known) ? {} : { reason: "scopes_widened" } }
      })

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
            const { narrowed, reason } = yield* compareScopes(scope, id, registered, answer)
            if (!(yield* tokens.commitRefresh(scope, next, lease.owner))) return false
            if (narrowed !== undefined) yield* integrations.update(scope, narrowed)
            yield* audit.record(yield* event(lease, { action: "token.refreshed", outcome: "success", ...reason }))
            return true
          })
        )
      })

      return {
        /** True where the new token was stored; false where this lease was overtaken and nothing was. */
        succeed: Effect.fnUntraced(function* (lease: HeldLease, registered: RegisteredProvider, answer: TokenAnswer) {
          const obtainedAt = yield* DateTime.now
          return yield* outlast(store(lease, registered, answer, obtainedAt))
        }),

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
