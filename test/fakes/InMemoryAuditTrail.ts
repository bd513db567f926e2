import { AuditTrail } from "@oauth-manager/application"
import { isSameScope, type UserScope } from "@oauth-manager/domain"
import { Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"

export const layer = Layer.effect(
  AuditTrail,
  Effect.map(InMemoryStore, (store) =>
    AuditTrail.of({
      record: (...events) =>
        store.writeAnywhere((rows) => [undefined, { ...rows, events: [...rows.events, ...store.eventRows(events)] }]),
      recordAlone: store.recordAlone
    })
  )
)

/** The committed events, in the order of their recording. */
export const recorded = InMemoryStore.use((store) => store.events)

/** Of the committed events those about one user. */
export const recordedAbout = (user: UserScope) =>
  Effect.map(recorded, (events) => events.filter(({ about }) => isSameScope(about, user)))
