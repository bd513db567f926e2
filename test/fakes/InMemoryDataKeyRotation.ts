import { DataKeyRotation, type StoredSecret } from "@oauth-manager/application"
import type { Sealed, UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import {
  type DataKeyRow,
  filter,
  find,
  keyOf,
  modify,
  type RevocationRow,
  type Rows,
  type Sees,
  type TokenRow
} from "./Rows.ts"

const everyRow = () => true

const isOld = (rows: Rows, { age }: DataKeyRow): boolean => Option.exists(rows.rotation, ({ before }) => age < before)

const ofUser =
  ({ tenant, user }: UserScope) =>
  ({ owner }: { readonly owner: UserScope }) =>
    owner.tenant === tenant && owner.user === user

const isDue = (rows: Rows, row: DataKeyRow): boolean => {
  const own = ofUser(row.owner)
  const isActive = (id: string) =>
    Option.exists(find(rows.integrations, id, everyRow), ({ status }) => status === "active")
  const refreshing = filter(
    rows.tokens,
    own,
    ({ inDoubt, lease, token }) => Option.isSome(lease) || (inDoubt && isActive(token.integrationId))
  )
  const authorizing = filter(rows.authorizations, own, ({ authorization: { status } }) =>
    ["pending", "authorized"].includes(status)
  )
  return isOld(rows, row) && refreshing.length === 0 && authorizing.length === 0
}

const secretsOfToken = ({ owner, token }: TokenRow): ReadonlyArray<StoredSecret> => {
  const { generation, integrationId: id } = token
  const secret = (slot: "access_token" | "refresh_token", sealed: Sealed): StoredSecret => ({
    holder: "token",
    id,
    slot,
    context: { owner, object: id, field: slot, generation },
    sealed
  })
  const refreshToken = Option.map(token.refreshToken, (sealed) => secret("refresh_token", sealed))
  return [secret("access_token", token.accessToken), ...Option.toArray(refreshToken)]
}

const secretsOfRevocation = ({ owner, revocation }: RevocationRow): ReadonlyArray<StoredSecret> => {
  const { accessToken, generation, id, integrationId: object, token, tokenTypeHint } = revocation
  const secret = (slot: "access_token" | "token", field: "access_token" | "refresh_token", sealed: Sealed) =>
    ({ holder: "revocation", id, slot, context: { owner, object, field, generation }, sealed }) as const
  const access = Option.map(accessToken, (sealed) => secret("access_token", "access_token", sealed))
  return [secret("token", tokenTypeHint, token), ...Option.toArray(access)]
}

const secretsOf = (rows: Rows, sees: Sees): ReadonlyArray<StoredSecret> => [
  ...filter(rows.tokens, sees, everyRow).flatMap(secretsOfToken),
  ...filter(rows.revocations, sees, everyRow).flatMap(secretsOfRevocation)
]

const written = (rows: Rows, { holder, id, sealed, slot }: StoredSecret, sees: Sees): Rows =>
  holder === "token"
    ? {
        ...rows,
        tokens: modify(rows.tokens, id, sees, (row) => ({
          ...row,
          token:
            slot === "refresh_token"
              ? { ...row.token, refreshToken: Option.some(sealed) }
              : { ...row.token, accessToken: sealed }
        }))
      }
    : {
        ...rows,
        revocations: modify(rows.revocations, id, sees, (row) => ({
          ...row,
          revocation:
            slot === "token"
              ? { ...row.revocation, token: sealed }
              : { ...row.revocation, accessToken: Option.some(sealed) }
        }))
      }

export const layer = Layer.effect(
  DataKeyRotation,
  Effect.map(InMemoryStore, (store) =>
    DataKeyRotation.of({
      request: store.writeAnywhere((rows, { now }) => [
        undefined,
        { ...rows, rotation: Option.some({ at: DateTime.makeUnsafe(now), before: rows.nextAge }) }
      ]),
      requestedAt: store.writeAnywhere((rows) => [Option.map(rows.rotation, ({ at }) => at), rows]),
      remainingAcrossUsers: store.write("across users", (rows) => [
        filter(rows.dataKeys, everyRow, (row) => isOld(rows, row)).length,
        rows
      ]),
      findDueAcrossUsers: ({ except, keyIds, limit }) =>
        store.write("across users", (rows) => {
          const due = filter(
            rows.dataKeys,
            everyRow,
            (row) => isDue(rows, row) && keyIds.includes(row.key.keyId) && !except.includes(row.key.id)
          )
          const oldest = due.toSorted((a, b) => a.age - b.age).slice(0, limit)
          return [oldest.map(({ key, owner }) => ({ owner, dataKey: key })), rows]
        }),
      take: (scope) =>
        store.writeWithin(scope, (rows, { sees }) => {
          const row = Option.filter(find(rows.dataKeys, keyOf(scope), sees), (found) => isDue(rows, found))
          const own: Sees = (candidate) => sees(candidate) && ofUser(scope)(candidate)
          return [Option.map(row, ({ key }) => ({ dataKey: key, secrets: secretsOf(rows, own) })), rows]
        }),
      replace: (scope, key, secrets) =>
        store.writeWithin(scope, (rows, { sees }) => {
          const dataKeys = HashMap.set(rows.dataKeys, keyOf(scope), { owner: scope, key, age: rows.nextAge })
          const next = secrets.reduce((before, secret) => written(before, secret, sees), { ...rows, dataKeys })
          return [undefined, { ...next, nextAge: rows.nextAge + 1 }]
        })
    })
  )
)
