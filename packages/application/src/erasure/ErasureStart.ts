import { type Caller, ErasureId, type Integration, Integrations, type UserScope } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { Chronicle } from "../access/Chronicle.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { IntegrationEnd } from "../disconnect/IntegrationEnd.ts"
import { ownTry } from "../disconnect/Revoker.ts"
import { ErasureRepository } from "../ports/ErasureRepository.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { EveryIntegration } from "./EveryIntegration.ts"

/** Begins an erasure, in one transaction: from its commit on no token is released, and nothing begins for the user. */
export class ErasureStart extends Context.Service<ErasureStart>()("@oauth-manager/application/erasure/ErasureStart", {
  make: Effect.gen(function* () {
    const units = yield* UnitOfWork
    const erasures = yield* ErasureRepository
    const registry = yield* ProviderRegistry
    const every = yield* EveryIntegration
    const ending = yield* IntegrationEnd
    const chronicle = yield* Chronicle
    const journal = yield* Journal
    const random = yield* SecureRandom.SecureRandom

    /** What shares a grant ends with all the rest. */
    const end = Effect.fnUntraced(function* (integration: Integration, at: DateTime.Utc) {
      const registered = yield* Effect.option(registry.get(integration.provider))
      return yield* ending.end(integration, registered, { at, cause: "erased" })
    })

    const begin = Effect.fnUntraced(function* (caller: Caller, user: UserScope) {
      const requestedAt = yield* DateTime.now
      const id = ErasureId.make(yield* random.uuidV7())
      const begun = yield* erasures.begin(user, { id, requestedAt, requestId: caller.requestId, delay: ownTry })
      if (Option.isNone(begun)) return Option.none()
      const { erasure, isNew } = begun.value
      if (!isNew) return Option.some({ erasure, pending: [] })
      const connected = yield* every.lock(user)
      const endings = yield* Effect.forEach(
        connected.filter((integration) => !Integrations.hasEnded(integration)),
        (integration) => end(integration, requestedAt)
      )
      const requested: Entry = {
        action: "user.erasure_requested",
        object: { type: "user", id: erasure.subject },
        outcome: "success"
      }
      const entries = [requested, ...endings.flatMap(({ entries }) => entries)]
      yield* chronicle.record(...(yield* Effect.forEach(entries, (entry) => journal.byCaller(caller, user, entry))))
      return Option.some({ erasure, pending: endings.flatMap(({ pending }) => Option.toArray(pending)) })
    })

    return {
      /** The erasure and the revocations that it put into the outbox; none where nothing is stored, and of one that runs no revocations. */
      begin: (caller: Caller, user: UserScope) => units.forUser(user, begin(caller, user))
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
