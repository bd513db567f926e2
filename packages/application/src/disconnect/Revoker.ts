import {
  type Integration,
  type IntegrationId,
  Integrations,
  personOf,
  type Revocation,
  type Sealed
} from "@oauth-manager/domain"
import { Context, Duration, Effect, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { type Actor, type Entry, Journal } from "../access/Journal.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { type PendingRevocation, RevocationOutbox } from "../ports/RevocationOutbox.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import { sharing } from "./SharedGrants.ts"

const firstDelay = Duration.seconds(30)
const longestDelay = Duration.hours(6)

/** Until when whoever puts a revocation into the outbox has the only try at the provider. */
export const ownTry = Duration.seconds(30)

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
    const chronicle = yield* Chronicle
    const journal = yield* Journal

    const revokeToken = Effect.fnUntraced(function* (
      { generation, integrationId, owner, provider }: PendingRevocation,
      sealed: Sealed,
      hint: PendingRevocation["tokenTypeHint"]
    ) {
      const registered = yield* registry.get(provider)
      const token = yield* vault.open(tokenContext({ owner, id: integrationId }, hint, generation), sealed)
      return yield* oauth.revoke(registered, token, hint)
    })

    /** Has the person connected again, meanwhile, what revoking would end too? Then it must wait until that has ended. */
    const isGrantedAnew = Effect.fnUntraced(function* ({ integrationId, owner, provider }: PendingRevocation) {
      const providers = sharing(yield* registry.get(provider), yield* registry.list)
      const ending = yield* integrations.find(owner, integrationId)
      if (providers.length === 0 || Option.isNone(ending)) return false
      const person = personOf(ending.value.integration.account)
      const connected = yield* units.forUser(owner, integrations.findBySubjectForUpdate(owner, providers, person))
      return connected.some(({ status }) => status === "active")
    })

    /** What the provider says of the access token counts as little as that it is dead; that it cannot be asked does. */
    const isPassing = ({ _tag, reason }: { readonly _tag: string; readonly reason?: string }): boolean =>
      _tag === "ProviderUnavailable" && reason !== "unusable_response"

    const revoke = Effect.fnUntraced(function* (pending: PendingRevocation) {
      if (yield* isGrantedAnew(pending)) return "pending" as const
      if (Option.isSome(pending.accessToken)) {
        yield* revokeToken(pending, pending.accessToken.value, "access_token").pipe(
          Effect.catchIf(
            (error) => !isPassing(error),
            () => Effect.void
          )
        )
      }
      return yield* revokeToken(pending, pending.token, pending.tokenTypeHint)
    })

    const store = Effect.fnUntraced(function* (pending: PendingRevocation, revocation: Revocation, actor: Actor) {
      const { owner, integrationId } = pending
      const found = yield* integrations.findForUpdate(owner, integrationId)
      if (revocation === "pending") {
        yield* outbox.postpone(owner, pending.id, delayAfter(pending.attempts))
      } else {
        yield* outbox.settle(owner, pending.id)
      }
      if (Option.isNone(found)) return
      const next = yield* Effect.fromResult(Integrations.disconnect(found.value, revocation)).pipe(Effect.orDie)
      yield* integrations.update(owner, next)
      if (isNews(found.value, revocation))
        yield* chronicle.record(yield* journal.by(actor, owner, ended(integrationId, revocation)))
    })

    return {
      /**
       * One try, within the provider's deadline. Whatever the provider answers, the integration ends as `disconnected`.
       */
      attempt: Effect.fnUntraced(function* (pending: PendingRevocation, actor: Actor) {
        const revocation = yield* revoke(pending).pipe(
          Effect.catchTag(["ProviderUnavailable", "ProviderMisconfigured", "UnknownProvider", "VaultFailed"], () =>
            Effect.succeed("pending" as const)
          )
        )
        yield* units.forUser(pending.owner, store(pending, revocation, actor))
        return revocation
      }, Effect.uninterruptible)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

const isNews = (integration: Integration, revocation: Revocation): boolean =>
  integration.status !== "disconnected" || !Option.contains(integration.revocation, revocation)
