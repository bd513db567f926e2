import { type TokenReading, TokenRepository } from "@oauth-manager/application"
import { Duration, Effect, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { find, isHeldByAnother, keyOf, modify, put, remove, type TokenRow } from "./Rows.ts"

export const layer = Layer.effect(
  TokenRepository,
  Effect.map(InMemoryStore, (store) =>
    TokenRepository.of({
      read: (scope, integrationId) =>
        store.read(scope, (rows, sees) =>
          Option.map(
            find(rows.integrations, integrationId, sees),
            ({ grantedScopes, provider, requestedScopes, status }): TokenReading => ({
              provider,
              status,
              requestedScopes,
              grantedScopes,
              token: Option.all({
                token: Option.map(find(rows.tokens, integrationId, sees), ({ token }) => token),
                dataKey: Option.map(find(rows.dataKeys, keyOf(scope), sees), ({ key }) => key)
              })
            })
          )
        ),
      find: (scope, integrationId) =>
        store.read(scope, (rows, sees) => Option.map(find(rows.tokens, integrationId, sees), ({ token }) => token)),
      put: (scope, token) =>
        store.write(scope, (rows, { sees }) => {
          const { generation, integrationId, owner } = token
          if (Option.isNone(find(rows.integrations, integrationId, sees))) {
            throw new Error(`a token of integration ${integrationId}, which this user does not have`)
          }
          const stored = find(rows.tokens, integrationId, sees)
          if (Option.exists(stored, (row) => row.token.generation >= generation)) return [false, rows]
          const row: TokenRow = { owner, token, lease: Option.none() }
          return [true, { ...rows, tokens: put(rows.tokens, integrationId, row, sees) }]
        }),
      acquireLease: (scope, integrationId, { duration, generation, owner }) =>
        store.write(scope, (rows, { now, sees }) => {
          const stored = find(rows.tokens, integrationId, sees)
          if (!Option.exists(stored, ({ token }) => token.generation === generation)) return ["Superseded", rows]
          if (Option.exists(stored, ({ lease }) => isHeldByAnother(lease, owner, now))) return ["Held", rows]
          const lease = Option.some({ owner, until: now + Duration.toMillis(duration) })
          return [
            "Acquired",
            { ...rows, tokens: modify(rows.tokens, integrationId, sees, (row) => ({ ...row, lease })) }
          ]
        }),
      releaseLease: (scope, integrationId, owner) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          {
            ...rows,
            tokens: modify(rows.tokens, integrationId, sees, (row) => ({
              ...row,
              lease: Option.filter(row.lease, (lease) => lease.owner !== owner)
            }))
          }
        ]),
      commitRefresh: (scope, token, owner) =>
        store.write(scope, (rows, { sees }) => {
          const isMine = ({ lease, token: { generation } }: TokenRow) =>
            generation === token.generation - 1 && Option.exists(lease, (held) => held.owner === owner)
          if (!Option.exists(find(rows.tokens, token.integrationId, sees), isMine)) return [false, rows]
          const row: TokenRow = { owner: token.owner, token, lease: Option.none() }
          return [true, { ...rows, tokens: put(rows.tokens, token.integrationId, row, sees) }]
        }),
      destroy: (scope, integrationId) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          { ...rows, tokens: remove(rows.tokens, integrationId, sees) }
        ])
    })
  )
)
