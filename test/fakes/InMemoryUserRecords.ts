import { UserRecords } from "@oauth-manager/application"
import { isSameScope } from "@oauth-manager/domain"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, keyOf } from "./Rows.ts"

const everyRow = () => true

export const layer = Layer.effect(
  UserRecords,
  Effect.map(InMemoryStore, (store) =>
    UserRecords.of({
      find: (scope) =>
        store.read(scope, ({ users }) =>
          Option.map(HashMap.get(users, keyOf(scope)), ({ reference }) => ({
            reference,
            knownSince: DateTime.makeUnsafe(0)
          }))
        ),
      authorizations: (scope) =>
        store.read(scope, ({ authorizations }, sees) =>
          filter(authorizations, sees, everyRow)
            .map(({ authorization }) => authorization)
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        ),
      pendingRevocations: (scope) =>
        store.read(scope, ({ revocations }, sees) =>
          filter(revocations, sees, everyRow)
            .map(({ revocation: { attempts, id, integrationId, provider } }) => ({
              id,
              integrationId,
              provider,
              attempts
            }))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        ),
      auditEvents: (scope, limit, after) =>
        Effect.map(store.eventRowsAbout(scope), (rows) => {
          // What came before the user was erased is about somebody whom nobody knows any more
          const erased = rows.findLastIndex(({ event: { action } }) => action === "user.erased")
          return rows
            .slice(erased + 1)
            .filter(({ sequence }) => sequence > after)
            .slice(0, limit)
            .map(({ event, sequence }) => ({
              sequence,
              id: event.id,
              occurredAt: event.occurredAt,
              object: event.object,
              outcome: event.outcome,
              requestId: event.requestId,
              action: event.action,
              actor: Option.map(Option.fromUndefinedOr(event.actor), (actor) => ({
                isUser: isSameScope(actor.scope, event.about),
                role: actor.role
              })),
              reason: Option.fromUndefinedOr(event.reason),
              purpose: Option.fromUndefinedOr(event.purpose)
            }))
        })
    })
  )
)
