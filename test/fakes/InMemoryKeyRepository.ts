import { type DeploymentKey, KeyInUse, KeyIsPrimary, KeyRepository, KeyUnknown } from "@oauth-manager/application"
import { DateTime, Effect, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, type Rows } from "./Rows.ts"

const listOf = (rows: Rows): ReadonlyArray<DeploymentKey> =>
  rows.keys
    .map((key) => ({ ...key, isPrimary: rows.promotions.at(-1) === key.id }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

const promoted = (rows: Rows, keyId: string, now: number): Rows => ({
  ...rows,
  keys: rows.keys.map((key) =>
    key.id === keyId ? { ...key, promotedAt: Option.some(DateTime.makeUnsafe(now)) } : key
  ),
  promotions: [...rows.promotions.filter((id) => id !== keyId), keyId]
})

const registered = (rows: Rows, keyId: string, canary: Uint8Array, now: number): Rows => {
  const known = rows.keys.find(({ id }) => id === keyId)
  const others = rows.keys.filter((key) => key !== known)
  const key = known ?? {
    id: keyId,
    addedAt: DateTime.makeUnsafe(now),
    promotedAt: Option.none(),
    canary: Option.none()
  }
  return { ...rows, keys: [...others, { ...key, canary: Option.orElseSome(key.canary, () => canary) }] }
}

export const layer = Layer.effect(
  KeyRepository,
  Effect.map(InMemoryStore, (store) =>
    KeyRepository.of({
      list: store.writeAnywhere((rows) => [listOf(rows), rows]),
      retired: store.writeAnywhere((rows) => [rows.retiredKeys.toSorted(), rows]),
      register: (keyId, canary) =>
        store.writeAnywhere((rows, { now }) => {
          if (rows.retiredKeys.includes(keyId)) return [Option.none(), rows]
          const next = registered(rows, keyId, canary, now)
          return [
            Option.flatMap(Option.fromUndefinedOr(next.keys.find(({ id }) => id === keyId)), (key) => key.canary),
            next
          ]
        }),
      promote: (keyId) =>
        store
          .writeAnywhere((rows, { now }) =>
            rows.keys.some(({ id }) => id === keyId) ? [true, promoted(rows, keyId, now)] : [false, rows]
          )
          .pipe(Effect.flatMap((found) => (found ? Effect.void : Effect.fail(new KeyUnknown({ keyId }))))),
      promoteNew: (keyId) =>
        store.writeAnywhere((rows, { now }) =>
          rows.keys.some(({ id, promotedAt }) => id === keyId && Option.isNone(promotedAt))
            ? [true, promoted(rows, keyId, now)]
            : [false, rows]
        ),
      retire: (keyId) =>
        store
          .writeAnywhere((rows): [KeyUnknown | KeyIsPrimary | KeyInUse | undefined, Rows] => {
            const key = listOf(rows).find(({ id }) => id === keyId)
            if (key === undefined) return [new KeyUnknown({ keyId }), rows]
            if (key.isPrimary) return [new KeyIsPrimary({ keyId }), rows]
            const used = filter(
              rows.dataKeys,
              () => true,
              (row) => row.key.keyId === keyId
            )
            if (used.length > 0) return [new KeyInUse({ keyId }), rows]
            const keys = rows.keys.filter(({ id }) => id !== keyId)
            return [undefined, { ...rows, keys, retiredKeys: [...rows.retiredKeys, keyId] }]
          })
          .pipe(Effect.flatMap((refusal) => (refusal === undefined ? Effect.void : Effect.fail(refusal))))
    })
  )
)
