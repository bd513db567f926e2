import {
  type Account,
  type Caller,
  type ConsentId,
  type Integration,
  type IntegrationId,
  Integrations,
  personOf,
  type Revocation,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Data, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { IntegrationEnd } from "../disconnect/IntegrationEnd.ts"
import { Revoker } from "../disconnect/Revoker.ts"
import { sharing } from "../disconnect/SharedGrants.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** Revoking the integration's grant would take these integrations along, and the caller has not agreed to that. */
export class SharedGrantUnconfirmed extends Data.TaggedError("SharedGrantUnconfirmed")<{
  readonly integrations: ReadonlyArray<IntegrationId>
}> {}

/** Meanwhile its user has consented to something else. */
export class ConsentRemains extends Data.TaggedError("ConsentRemains")<{}> {}

/**
 * Ends an integration. Its tokens are destroyed and its consents withdrawn at once; what is needed to revoke the grant moves
 * to the outbox, and from there to the provider, now or later. Repeating it changes nothing.
 */
export class DisconnectIntegration extends Context.Service<DisconnectIntegration>()(
  "@oauth-manager/application/use-cases/DisconnectIntegration",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const registry = yield* ProviderRegistry
      const integrations = yield* IntegrationRepository
      const consents = yield* ConsentRepository
      const ending = yield* IntegrationEnd
      const revoker = yield* Revoker
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      /**
       * Locks the integration, and with it, in one order for all, those that share its grant. What can no longer be used has
       * nothing to lose.
       */
      const lock = Effect.fnUntraced(function* (
        user: UserScope,
        id: IntegrationId,
        registered: Option.Option<RegisteredProvider>,
        account: Account
      ) {
        const providers = Option.isSome(registered) ? sharing(registered.value, yield* registry.list) : []
        const connected =
          providers.length > 0 ? yield* integrations.findBySubjectForUpdate(user, providers, personOf(account)) : []
        const found = yield* integrations.findForUpdate(user, id)
        return { found, siblings: connected.filter((other) => other.id !== id && other.status === "active") }
      })

      /** Their grant is revoked with the one that is disconnected. */
      const endShared = Effect.fnUntraced(function* (caller: Caller, siblings: ReadonlyArray<Integration>) {
        const since = yield* DateTime.now
        for (const sibling of siblings) {
          const next = Integrations.requireReauthorization(sibling, { code: "shared_grant_revoked", since })
          yield* integrations.update(sibling.owner, yield* Effect.orDie(Effect.fromResult(next)))
          yield* chronicle.record(
            yield* journal.byCaller(caller, sibling.owner, {
              action: "integration.reauthorization_required",
              object: { type: "integration", id: sibling.id },
              outcome: "failure",
              reason: "shared_grant_revoked"
            })
          )
        }
      })

      const begin = Effect.fnUntraced(function* <E, R>(
        caller: Caller,
        user: UserScope,
        id: IntegrationId,
        registered: Option.Option<RegisteredProvider>,
        seen: Integration,
        confirmsShared: boolean,
        whileLocked: Effect.Effect<void, E, R>
      ) {
        const { found, siblings } = yield* lock(user, id, registered, seen.account)
        if (Option.isNone(found)) return yield* new NotFound()
        const integration = found.value
        if (Integrations.hasEnded(integration)) return { integration, pending: Option.none() }
        yield* whileLocked
        const withdrawal = { at: yield* DateTime.now, cause: "disconnected" } as const
        const { entries, integration: next, pending } = yield* ending.end(integration, registered, withdrawal)
        // Without a token nothing is revoked, and nothing ends with it
        const lost = Option.isSome(pending) ? siblings : []
        if (lost.length > 0 && !confirmsShared) {
          return yield* new SharedGrantUnconfirmed({ integrations: lost.map((sibling) => sibling.id) })
        }
        yield* endShared(caller, lost)
        yield* chronicle.record(...(yield* Effect.forEach(entries, (entry) => journal.byCaller(caller, user, entry))))
        return { integration: next, pending }
      })

      const end = Effect.fnUntraced(function* <E, R>(
        caller: Caller,
        user: UserScope,
        id: IntegrationId,
        { confirmsShared }: { readonly confirmsShared: boolean },
        whileLocked: Effect.Effect<void, E, R>
      ) {
        yield* requireAccess(caller, user, "integrations:write")
        const seen = yield* integrations.find(user, id)
        if (Option.isNone(seen)) return yield* new NotFound()
        const registered = yield* Effect.option(registry.get(seen.value.integration.provider))
        const { integration, pending } = yield* units.forUser(
          user,
          begin(caller, user, id, registered, seen.value.integration, confirmsShared, whileLocked)
        )
        const revocation: Revocation = Option.isSome(pending)
          ? yield* revoker.attempt(pending.value, caller)
          : Option.getOrElse(integration.revocation, () => "pending" as const)
        return { id, revocation, manageAccess: revocation === "unsupported" ? manageAccess(registered) : [] }
      })

      /** An authorization that is completed in the meantime brings a consent that nobody has withdrawn. */
      const requireNoOther = Effect.fnUntraced(function* (
        user: UserScope,
        id: IntegrationId,
        withdrawn: ReadonlyArray<ConsentId>
      ) {
        const all = yield* consents.ofIntegration(user, id)
        const remains = all.some((one) => Option.isNone(one.withdrawal) && !withdrawn.includes(one.id))
        if (remains) return yield* new ConsentRemains()
      })

      return {
        /**
         * Where revoking takes other integrations of the user along, it needs `confirmsShared`. `manageAccess` is where the
         * user withdraws what the provider cannot be told to end.
         */
        disconnect: Effect.fn("DisconnectIntegration.disconnect")(
          (caller: Caller, user: UserScope, id: IntegrationId, options: { readonly confirmsShared: boolean }) =>
            end(caller, user, id, options, Effect.void),
          Effect.uninterruptible
        ),

        /** Where these consents are the last that stand. */
        disconnectWithout: Effect.fn("DisconnectIntegration.disconnectWithout")(
          (
            caller: Caller,
            user: UserScope,
            id: IntegrationId,
            withdrawn: ReadonlyArray<ConsentId>,
            options: { readonly confirmsShared: boolean }
          ) => end(caller, user, id, options, requireNoOther(user, id, withdrawn)),
          Effect.uninterruptible
        )
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

const manageAccess = (registered: Option.Option<RegisteredProvider>) =>
  Option.getOrUndefined(registered)?.definition.links?.manageAccess ?? []
