import { AuditTrail } from "@oauth-manager/application"
import { isSameScope, type UserScope } from "@oauth-manager/domain"
import { Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { known } from "./KnownUsers.ts"

export const layer = Layer.effect(
  AuditTrail,
  Effect.map(InMemoryStore, (store) =>
    AuditTrail.of({
      record: (...events) =>
        store.writeAnywhere((rows) => {
          const persons = events.flatMap(({ about, actor }) => (actor === undefined ? [about] : [about, actor.scope]))
          const next = persons.reduce((rows, person) => known(rows, person)[1], rows)
          return [undefined, { ...next, events: [...next.events, ...store.eventRows(events)] }]
        }),
      recordAlone: store.recordAlone,
      ready: Effect.void
    })
  )
)

/** The committed events, in the order of their recording. */
export const recorded = InMemoryStore.use((store) => store.events)

/** Of the committed events those about one user. */
export const recordedAbout = (user: UserScope) =>
  Effect.map(recorded, (events) => events.filter(({ about }) => isSameScope(about, user)))
