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
          const { integrationId, owner } = revocation
          const row: RevocationRow = { owner, revocation, dueAt: now + Duration.toMillis(delay) }
          return [undefined, { ...rows, revocations: insert(rows.revocations, integrationId, row, sees) }]
        }),
      claimDueAcrossUsers: (limit, lease) =>
        store.write("across users", (rows, { now, sees }) => {
          const due = filter(rows.revocations, sees, ({ dueAt }) => dueAt <= now)
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
          const dueAt = now + Duration.toMillis(lease)
          const claimed = due.map((row) => [row.revocation.integrationId, { ...row, dueAt }] as const)
          return [
            due.map(({ revocation }) => revocation),
            { ...rows, revocations: HashMap.setMany(rows.revocations, claimed) }
          ]
        }),
      settle: (scope, integrationId) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          { ...rows, revocations: remove(rows.revocations, integrationId, sees) }
        ]),
      postpone: (scope, integrationId, delay) =>
        store.write(scope, (rows, { now, sees }) => [
          undefined,
          {
            ...rows,
            revocations: modify(rows.revocations, integrationId, sees, (row) => ({
              ...row,
              revocation: { ...row.revocation, attempts: row.revocation.attempts + 1 },
              dueAt: now + Duration.toMillis(delay)
            }))
          }
        ])
    })
  )
)
