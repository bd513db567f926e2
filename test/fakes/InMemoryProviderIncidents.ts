import { ProviderIncidents } from "@oauth-manager/application"
import { DateTime, Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"

export const layer = Layer.effect(
  ProviderIncidents,
  Effect.map(InMemoryStore, (store) =>
    ProviderIncidents.of({
      open: (provider, code) =>
        store.writeAnywhere((rows, { now }) => {
          const found = rows.incidents.find((incident) => incident.provider === provider)
          const others = rows.incidents.filter((incident) => incident !== found)
          const since = found?.since ?? DateTime.makeUnsafe(now)
          return [found === undefined, { ...rows, incidents: [...others, { provider, code, since }] }]
        }),
      close: (provider) =>
        store.writeAnywhere((rows) => {
          const incidents = rows.incidents.filter((incident) => incident.provider !== provider)
          return [incidents.length < rows.incidents.length, { ...rows, incidents }]
        }),
      list: store.writeAnywhere((rows) => [rows.incidents.toSorted((a, b) => (a.provider < b.provider ? -1 : 1)), rows])
    })
  )
)
