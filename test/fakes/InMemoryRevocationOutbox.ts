import { RevocationOutbox } from "@oauth-manager/application"
import { Duration, Effect, HashMap, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, insert, modify, remove, type RevocationRow } from "./Rows.ts"

export const layer = Layer.effect(
  RevocationOutbox,
  Effect.map(InMemoryStore, (store) =>
    RevocationOutbox.of({
      add: (scope, revocation, delay) =>
        store.write(scope, (rows, { now, sees }) => {
          const { id, owner } = revocation
          const row: RevocationRow = { owner, revocation, dueAt: now + Duration.toMillis(delay) }
          return [undefined, { ...rows, revocations: insert(rows.revocations, id, row, sees) }]
        }),
      claimDueAcrossUsers: (limit, lease) =>
        store.write("across users", (rows, { now, sees }) => {
          const due = filter(rows.revocations, sees, ({ dueAt }) => dueAt <= now)
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
          const dueAt = now + Duration.toMillis(lease)
          const claimed = due.map((row) => [row.revocation.id, { ...row, dueAt }] as const)
          return [
            due.map(({ revocation }) => revocation),
            { ...rows, revocations: HashMap.setMany(rows.revocations, claimed) }
          ]
        }),
      settle: (scope, id) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          { ...rows, revocations: remove(rows.revocations, id, sees) }
        ]),
      postpone: (scope, id, delay) =>
        store.write(scope, (rows, { now, sees }) => [
          undefined,
          {
            ...rows,
            revocations: modify(rows.revocations, id, sees, (row) => ({
              ...row,
              revocation: { ...row.revocation, attempts: row.revocation.attempts + 1 },
              dueAt: now + Duration.toMillis(delay)
            }))
          }
        ])
    })
  )
)
