import {
  type Caller,
  type Consent,
  type ConsentId,
  Consents,
  Integrations,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { FeatureSwitch } from "../features/FeatureSwitch.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { DisconnectIntegration } from "./DisconnectIntegration.ts"

/**
 * Withdraws a consent, with all that stand for the same purpose: its scopes are released no more, its feature is switched off, and the
 * others stand. Where none is left, the integration is disconnected.
 */
export class WithdrawConsent extends Context.Service<WithdrawConsent>()(
  "@oauth-manager/application/use-cases/WithdrawConsent",
  {
    make: Effect.gen(function* () {
      const units = yield* UnitOfWork
      const consents = yield* ConsentRepository
      const integrations = yield* IntegrationRepository
      const switching = yield* FeatureSwitch
      const disconnecting = yield* DisconnectIntegration
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      const entriesFor = ({ feature, integrationId }: Consent, ids: ReadonlyArray<ConsentId>, isOff: boolean) => [
        ...ids.map((id): Entry => ({
          action: "consent.withdrawn",
          object: { type: "consent", id },
          integrationId,
          outcome: "success",
          reason: "user"
        })),
        ...(isOff && Option.isSome(feature)
          ? [
              {
                action: "feature.deactivated",
                object: { type: "feature", id: feature.value },
                integrationId,
                outcome: "success"
              } satisfies Entry
            ]
          : [])
      ]

      /** Those with which the integration would have none left; withdrawn is then none of them. */
      const withdraw = Effect.fnUntraced(function* (caller: Caller, user: UserScope, consent: Consent) {
        const found = yield* integrations.findForUpdate(user, consent.integrationId)
        const all = yield* consents.ofIntegration(user, consent.integrationId)
        const stands = all.some(({ id, withdrawal }) => id === consent.id && Option.isNone(withdrawal))
        // Withdrawn before: what the user has agreed to since is not what was meant
        if (!stands) return []
        const meant = Consents.ofSamePurpose(all, consent)
        const isLast = all.every((one) => Option.isSome(one.withdrawal) || meant.includes(one))
        const integration = Option.filter(found, (one) => !Integrations.hasEnded(one))
        // Disconnecting withdraws them itself, or is refused and leaves them
        if (Option.isSome(integration) && isLast) return meant.map(({ id }) => id)
        const at = yield* DateTime.now
        const ids = yield* consents.withdraw(
          user,
          meant.map(({ id }) => id),
          { at, cause: "user" }
        )
        const isOff = Option.exists(Option.all({ integration, feature: consent.feature }), (switched) =>
          switched.integration.features.includes(switched.feature)
        )
        if (Option.isSome(integration)) {
          const { features } = integration.value
          yield* switching.write(
            integration.value,
            features.filter((id) => !Option.contains(consent.feature, id))
          )
        }
        const entries = entriesFor(consent, ids, isOff)
        yield* chronicle.record(...(yield* Effect.forEach(entries, (entry) => journal.byCaller(caller, user, entry))))
        return []
      })

      return {
        /** The consent as it is then. It needs `confirmsShared` where disconnecting would take other integrations along. */
        withdraw: Effect.fn("WithdrawConsent.withdraw")(function* (
          caller: Caller,
          user: UserScope,
          id: ConsentId,
          options: { readonly confirmsShared: boolean }
        ) {
          yield* requireAccess(caller, user, "consents:write")
          const found = yield* consents.find(user, id)
          if (Option.isNone(found)) return yield* new NotFound()
          const { integrationId } = found.value
          yield* units.forUser(user, withdraw(caller, user, found.value)).pipe(
            Effect.flatMap((last) =>
              last.length === 0
                ? Effect.void
                : Effect.asVoid(disconnecting.disconnectWithout(caller, user, integrationId, last, options))
            ),
            // Whoever consents anew in between is not disconnected: then these are not the last
            Effect.retry({ while: ({ _tag }) => _tag === "ConsentRemains", times: 3 }),
            Effect.catchTag("ConsentRemains", Effect.die)
          )
          return Option.getOrElse(yield* consents.find(user, id), () => found.value)
        }, Effect.uninterruptible)
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
