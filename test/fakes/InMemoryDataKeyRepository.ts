import { DataKeyRepository, KeyUnknown, type Rewrapping, type WrappedDataKey } from "@oauth-manager/application"
import { Effect, Equal, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { type DataKeyRow, filter, find, insert, keyOf, type Rows } from "./Rows.ts"

const everyRow = () => true

const isSame = (a: WrappedDataKey, b: WrappedDataKey): boolean =>
  a.id === b.id && a.keyId === b.keyId && Equal.equals(Array.from(a.wrapped), Array.from(b.wrapped))

const toOwned = ({ key, owner }: DataKeyRow) => ({ owner, dataKey: key })

const rewrapped = (rows: Rows, { after, before }: Rewrapping): Rows | undefined => {
  const [row] = filter(rows.dataKeys, everyRow, ({ key }) => isSame(key, before))
  if (row === undefined) return undefined
  if (rows.keys.every(({ id }) => id !== after.keyId)) throw new Error(`the key ${after.keyId} is not registered`)
  const key = { id: row.key.id, ...after }
  return { ...rows, dataKeys: HashMap.set(rows.dataKeys, keyOf(row.owner), { ...row, key }) }
}

export const layer = Layer.effect(
  DataKeyRepository,
  Effect.map(InMemoryStore, (store) => {
    const findKey: DataKeyRepository["Service"]["find"] = (scope) =>
      store.read(scope, (rows, sees) => Option.map(find(rows.dataKeys, keyOf(scope), sees), ({ key }) => key))

    return DataKeyRepository.of({
      find: findKey,
      // One unit of work at a time writes: nobody replaces the key meanwhile
      findForSealing: findKey,
      insert: (scope, key) =>
        store
          .write(scope, (rows, { sees }): [WrappedDataKey | undefined, Rows] => {
            const stored = find(rows.dataKeys, keyOf(scope), sees)
            if (Option.isSome(stored)) return [stored.value.key, rows]
            if (rows.keys.every(({ id }) => id !== key.keyId)) return [undefined, rows]
            const row = { owner: scope, key, age: rows.nextAge }
            const dataKeys = insert(rows.dataKeys, keyOf(scope), row, sees)
            return [key, { ...rows, dataKeys, nextAge: rows.nextAge + 1 }]
          })
          .pipe(
            Effect.flatMap((stored) =>
              stored === undefined ? Effect.fail(new KeyUnknown({ keyId: key.keyId })) : Effect.succeed(stored)
            )
          ),
      countAcrossUsers: store.write("across users", (rows) => {
        const counts = new Map<string, number>()
        for (const { key } of HashMap.values(rows.dataKeys)) counts.set(key.keyId, (counts.get(key.keyId) ?? 0) + 1)
        return [counts, rows]
      }),
      findUnderAcrossUsers: (keyId, limit, after) =>
        store.write("across users", (rows) => {
          const under = filter(
            rows.dataKeys,
            everyRow,
            ({ key }) => key.keyId === keyId && (after === undefined || key.id > after)
          )
          return [
            under
              .toSorted((a, b) => (a.key.id < b.key.id ? -1 : 1))
              .slice(0, limit)
              .map(toOwned),
            rows
          ]
        }),
      rewrapAcrossUsers: (rewrappings) =>
        store.write("across users", (rows) => {
          let [count, current] = [0, rows]
          for (const rewrapping of rewrappings) {
            const next = rewrapped(current, rewrapping)
            if (next === undefined) continue
            count++
            current = next
          }
          return [count, current]
        })
    })
  })
)
