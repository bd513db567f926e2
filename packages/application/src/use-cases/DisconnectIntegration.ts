import {
  type Caller,
  type Integration,
  type IntegrationId,
  Integrations,
  type Revocation,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Duration, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { ended, Revoker } from "../disconnect/Revoker.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { type PendingRevocation, RevocationOutbox } from "../ports/RevocationOutbox.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** Until when the request that disconnects has the only try at the provider. */
const ownTry = Duration.seconds(30)

/**
 * Ends an integration. Its tokens are destroyed and its consents withdrawn at once; the one token needed to revoke the
 * grant moves to the outbox, and from there to the provider, now or later. Repeating it changes nothing.
 */
export class DisconnectIntegration extends Context.Service<DisconnectIntegration>()(
  "@oauth-manager/application/use-cases/DisconnectIntegration",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const integrations = yield* IntegrationRepository
      const tokens = yield* TokenRepository
      const consents = yield* ConsentRepository
      const outbox = yield* RevocationOutbox
      const revoker = yield* Revoker
      const audit = yield* AuditTrail
      const journal = yield* Journal

      /** The token moves as it is sealed: whether it can be opened is not the user's concern. */
      const takeToken = Effect.fnUntraced(function* ({ owner, id, provider }: Integration) {
        const stored = yield* tokens.find(owner, id)
        yield* tokens.destroy(owner, id)
        if (Option.isNone(stored)) return Option.none()
        const { accessToken, refreshToken, generation } = stored.value
        const pending: PendingRevocation = {
          integrationId: id,
          owner,
          provider,
          tokenTypeHint: Option.isSome(refreshToken) ? "refresh_token" : "access_token",
          token: Option.getOrElse(refreshToken, () => accessToken),
          generation,
          attempts: 0
        }
        yield* outbox.add(owner, pending, ownTry)
        return Option.some(pending)
      })

      const begin = Effect.fnUntraced(function* (caller: Caller, user: UserScope, id: IntegrationId) {
        const found = yield* integrations.findForUpdate(user, id)
        if (Option.isNone(found)) return yield* new NotFound()
        const integration = found.value
        if (integration.status === "disconnected" || integration.status === "disconnecting") {
          return { integration, pending: Option.none() }
        }
        const disconnecting = yield* Effect.fromResult(Integrations.beginDisconnect(integration)).pipe(Effect.orDie)
        const pending = yield* takeToken(disconnecting)
        const next = Option.isSome(pending)
          ? disconnecting
          : yield* Effect.fromResult(Integrations.disconnect(disconnecting, "unsupported")).pipe(Effect.orDie)
        yield* integrations.update(user, next)
        const withdrawn = yield* consents.withdrawAll(user, id, yield* DateTime.now)
        const entries: ReadonlyArray<Entry> = [
          { action: "integration.disconnecting", object: { type: "integration", id }, outcome: "success" },
          ...withdrawn.map((consent): Entry => ({
            action: "consent.withdrawn",
            object: { type: "consent", id: consent },
            outcome: "success"
          })),
          ...(Option.isSome(pending) ? [] : [ended(id, "unsupported")])
        ]
        yield* audit.record(...(yield* Effect.forEach(entries, (entry) => journal.byCaller(caller, user, entry))))
        return { integration: next, pending }
      })

      return {
        disconnect: Effect.fn("DisconnectIntegration.disconnect")(function* (
          caller: Caller,
          user: UserScope,
          id: IntegrationId
        ) {
          yield* requireAccess(caller, user, "integrations:write")
          const { integration, pending } = yield* units.forUser(user, begin(caller, user, id))
          const revocation: Revocation = Option.isSome(pending)
            ? yield* revoker.attempt(pending.value, caller)
            : Option.getOrElse(integration.revocation, () => "pending" as const)
          return { id, revocation }
        }, Effect.uninterruptible)
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
