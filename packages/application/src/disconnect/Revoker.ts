import { type Caller, type Integration, type IntegrationId, Integrations, type Revocation } from "@oauth-manager/domain"
import { Context, Duration, Effect, Layer, Option } from "effect"
import { type Entry, Journal } from "../access/Journal.ts"
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
const delayAfter = (attempts: number): Duration.Duration =>
  Duration.min(Duration.times(firstDelay, 2 ** Math.min(attempts, 20)), longestDelay)

/** What the audit trail says of an integration that has ended. */
export const ended = (id: IntegrationId, revocation: Revocation): Entry => ({
  action: "integration.disconnected",
  object: { type: "integration", id },
  outcome: "success",
  reason: revocation
})

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

    /** Without a caller it is an event of the service's own. */
    const eventOf = ({ owner, integrationId }: PendingRevocation, revocation: Revocation, caller?: Caller) => {
      const entry = ended(integrationId, revocation)
      return caller === undefined
        ? journal.byNobody(owner, "background", entry)
        : journal.byCaller(caller, owner, entry)
    }

    const store = Effect.fnUntraced(function* (pending: PendingRevocation, revocation: Revocation, caller?: Caller) {
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
      if (isNews(found.value, revocation)) yield* audit.record(yield* eventOf(pending, revocation, caller))
    })

    return {
      /**
       * One try, within the provider's deadline, for a caller or for nobody who waits. Whatever the provider answers, the
       * integration ends as `disconnected`.
       */
      attempt: Effect.fnUntraced(function* (pending: PendingRevocation, caller?: Caller) {
        const revocation = yield* revoke(pending).pipe(
          Effect.catchTag(["ProviderUnavailable", "ProviderMisconfigured", "UnknownProvider", "VaultFailed"], () =>
            Effect.succeed("pending" as const)
          )
        )
        yield* units.forUser(pending.owner, store(pending, revocation, caller))
        return revocation
      }, Effect.uninterruptible)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

const isNews = (integration: Integration, revocation: Revocation): boolean =>
  integration.status !== "disconnected" || !Option.contains(integration.revocation, revocation)
