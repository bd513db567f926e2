import { EventOutbox } from "@oauth-manager/application"
import { isSameScope, type UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"

export const layer = Layer.effect(
  EventOutbox,
  Effect.map(InMemoryStore, (store) =>
    EventOutbox.of({
      append: (...events) =>
        Effect.forEach(
          events,
          (event) =>
            store.writeWithin(event.owner, (rows) => {
              if (rows.pending.some(({ id }) => id === event.id)) throw new Error(`event ${event.id} exists already`)
              return [undefined, { ...rows, pending: [...rows.pending, event] }]
            }),
          { discard: true }
        ),
      pendingAcrossUsers: (limit) => store.write("across users", (rows) => [rows.pending.slice(0, limit), rows]),
      settleAcrossUsers: (ids) =>
        store.write("across users", (rows) => [
          undefined,
          { ...rows, pending: rows.pending.filter(({ id }) => !ids.includes(id)) }
        ]),
      expireAcrossUsers: (before, limit) =>
        store.write("across users", (rows) => {
          const old = rows.pending.filter(({ occurredAt }) => DateTime.isLessThan(occurredAt, before)).slice(0, limit)
          return [old.length, { ...rows, pending: rows.pending.filter((event) => !old.includes(event)) }]
        })
    })
  )
)

/** What the product is to be told of one user. */
export const pendingAbout = (user: UserScope) =>
  InMemoryStore.use((store) =>
    store.read(user, ({ pending }) => pending.filter(({ owner }) => isSameScope(owner, user)))
  )
