import { type AuditEvent, domainEventOf } from "@oauth-manager/domain"
import { Array, Context, Effect, Layer } from "effect"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { EventOutbox } from "../ports/EventOutbox.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"

/** Records what happened: on the audit trail, and in the outbox what of it the product is told. */
export class Chronicle extends Context.Service<Chronicle>()("@oauth-manager/application/access/Chronicle", {
  make: Effect.gen(function* () {
    const audit = yield* AuditTrail
    const outbox = yield* EventOutbox
    return {
      /** Fails where nothing can be recorded now, before anything is begun that must be. */
      ready: audit.ready,
      /** In the unit of work around it: all of it is there exactly when the unit's effects are. */
      record: (...events: ReadonlyArray<AuditEvent>): Effect.Effect<void, RepositoryUnavailable> => {
        const told = Array.getSomes(events.map(domainEventOf))
        const recorded = audit.record(...events)
        return told.length === 0 ? recorded : Effect.andThen(recorded, outbox.append(...told))
      }
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
