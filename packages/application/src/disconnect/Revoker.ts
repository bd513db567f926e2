import { type AuditEvent, type Integration, Integrations, type Revocation } from "@oauth-manager/domain"
import { Context, Duration, Effect, Layer, Option } from "effect"
import { Journal } from "../access/Journal.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { type PendingRevocation, RevocationOutbox } from "../ports/RevocationOutbox.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { tokenContext } from "../vault/SealingContexts.ts"

const firstDelay = Duration.seconds(30)
const longestDelay = Duration.hours(6)

/** When to try the provider again: twice as long each time, up to six hours. */
export const delayAfter = (attempts: number): Duration.Duration =>
  Duration.min(Duration.times(firstDelay, 2 ** Math.min(attempts, 20)), longestDelay)

/** Revokes at providers what the outbox holds, and ends the integrations it belongs to. */
export class Revoker extends Context.Service<Revoker>()("@oauth-manager/application/disconnect/Revoker", {
  make: Effect.gen(function* () {
    const registry = yield* ProviderRegistry
    const oauth = yield* OAuthClient
    const vault = yield* TokenVault
    const units = yield* UnitOfWork
    const outbox = yield* RevocationOutbox
    const integrations = yield* IntegrationRepository
    const audit = yield* AuditTrail
    const journal = yield* Journal

    const revoke = Effect.fnUntraced(function* (pending: PendingRevocation) {
      const registered = yield* registry.get(pending.provider)
      const context = tokenContext(
        { owner: pending.owner, id: pending.integrationId },
        pending.tokenTypeHint,
        pending.generation
      )
      const token = yield* vault.open(context, pending.token)
      return yield* oauth.revoke(registered, token, pending.tokenTypeHint)
    })

    const store = Effect.fnUntraced(function* (
      pending: PendingRevocation,
      revocation: Revocation,
      makeEvent: (reason: string) => Effect.Effect<AuditEvent>
    ) {
      const { owner, integrationId } = pending
      const found = yield* integrations.findForUpdate(owner, integrationId)
      if (revocation === "pending") {
        yield* outbox.postpone(owner, integrationId, delayAfter(pending.attempts))
      } else {
        yield* outbox.settle(owner, integrationId)
      }
      if (Option.isNone(found)) return
      const next = yield* Effect.fromResult(Integrations.disconnect(found.value, revocation)).pipe(Effect.orDie)
      yield* integrations.update(owner, next)
      if (isNews(found.value, revocation)) yield* audit.record(yield* makeEvent(revocation))
    })

    return {
      /** One try, within the provider's deadline. Whatever comes of it, the integration ends as `disconnected`. */
      attempt: Effect.fnUntraced(function* (
        pending: PendingRevocation,
        makeEvent: (reason: string) => Effect.Effect<AuditEvent>
      ) {
        const revocation = yield* revoke(pending).pipe(
          Effect.catchTag(["ProviderUnavailable", "ProviderMisconfigured", "UnknownProvider", "VaultFailed"], () =>
            Effect.succeed("pending" as const)
          )
        )
        yield* units.forUser(pending.owner, store(pending, revocation, makeEvent))
        return revocation
      }, Effect.uninterruptible),

      /** An event of the service's own, for tries that nobody waits for. */
      unattended: (pending: PendingRevocation) => (reason: string) =>
        journal.byNobody(pending.owner, "background", {
          action: "integration.disconnected",
          object: { type: "integration", id: pending.integrationId },
          outcome: "success",
          reason
        })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

const isNews = (integration: Integration, revocation: Revocation): boolean =>
  integration.status !== "disconnected" || !Option.contains(integration.revocation, revocation)
