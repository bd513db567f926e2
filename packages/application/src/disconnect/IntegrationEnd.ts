import { type Integration, Integrations } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import type { Entry } from "../access/Journal.ts"
import { ConsentRepository, type Withdrawal } from "../ports/ConsentRepository.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { ended } from "./Revoker.ts"
import { TokenHandover } from "./TokenHandover.ts"

/** Ends an integration as far as this service can by itself, in the unit of work that has locked it. */
export class IntegrationEnd extends Context.Service<IntegrationEnd>()(
  "@oauth-manager/application/disconnect/IntegrationEnd",
  {
    make: Effect.gen(function* () {
      const integrations = yield* IntegrationRepository
      const consents = yield* ConsentRepository
      const handover = yield* TokenHandover
      return {
        /** The integration as it is then, the revocation that is left to do, and what there is to record. */
        end: Effect.fnUntraced(function* (
          integration: Integration,
          registered: Option.Option<RegisteredProvider>,
          withdrawal: Withdrawal
        ) {
          const { id, owner } = integration
          const disconnecting = yield* Effect.fromResult(Integrations.beginDisconnect(integration)).pipe(Effect.orDie)
          const pending = yield* handover.take(disconnecting, registered)
          const next = Option.isSome(pending)
            ? disconnecting
            : yield* Effect.fromResult(Integrations.disconnect(disconnecting, "unsupported")).pipe(Effect.orDie)
          yield* integrations.update(owner, next)
          const withdrawn = yield* consents.withdrawAll(owner, id, withdrawal)
          const entries: ReadonlyArray<Entry> = [
            { action: "integration.disconnecting", object: { type: "integration", id }, outcome: "success" },
            ...integration.features.map((feature): Entry => ({
              action: "feature.deactivated",
              object: { type: "feature", id: feature },
              integrationId: id,
              outcome: "success"
            })),
            ...withdrawn.map((consent): Entry => ({
              action: "consent.withdrawn",
              object: { type: "consent", id: consent },
              integrationId: id,
              outcome: "success"
            })),
            ...(Option.isSome(pending) ? [] : [ended(id, "unsupported")])
          ]
          return { integration: next, pending, entries }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
