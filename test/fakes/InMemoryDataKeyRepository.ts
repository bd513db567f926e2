import { DataKeyRepository } from "@oauth-manager/application"
import { Effect, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { find, insert, keyOf } from "./Rows.ts"

export const layer = Layer.effect(
  DataKeyRepository,
  Effect.map(InMemoryStore, (store) =>
    DataKeyRepository.of({
      find: (scope) =>
        store.read(scope, (rows, sees) => Option.map(find(rows.dataKeys, keyOf(scope), sees), ({ key }) => key)),
      insert: (scope, key) =>
        store.write(scope, (rows, { sees }) => {
          const stored = find(rows.dataKeys, keyOf(scope), sees)
          return Option.isSome(stored)
            ? [stored.value.key, rows]
            : [key, { ...rows, dataKeys: insert(rows.dataKeys, keyOf(scope), { owner: scope, key }, sees) }]
        })
    })
  )
)
