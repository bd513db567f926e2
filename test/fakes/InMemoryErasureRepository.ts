import { type ErasedUser, ErasureRepository } from "@oauth-manager/application"
import type { Erasure, UserScope } from "@oauth-manager/domain"
import { Duration, Effect, HashMap, Layer, Option } from "effect"
import { endedRow, isBeingErased, runningOf, userOf } from "./ErasureRows.ts"
import { InMemoryStore } from "./InMemoryStore.ts"
import { known } from "./KnownUsers.ts"
import { type ErasureRow, filter, keyOf, type Rows, type Sees, type Table } from "./Rows.ts"

const everyRow = () => true

const dataKeyOf = (rows: Rows, scope: UserScope) => HashMap.get(rows.dataKeys, keyOf(scope))

const untilOf = (rows: Rows, sees: Sees, now: number): number =>
  Math.max(
    now,
    ...filter(rows.tokens, sees, everyRow)
      .flatMap(({ lease }) => Option.toArray(lease))
      .map(({ until }) => until),
    ...filter(rows.authorizations, sees, everyRow)
      .flatMap(({ claim }) => Option.toArray(claim))
      .map(({ until }) => until)
  )

const withErasure = (rows: Rows, row: ErasureRow): Rows => ({
  ...rows,
  erasures: HashMap.set(rows.erasures, row.erasure.id, row)
})

const expireAll = (rows: Rows, sees: Sees): Rows => {
  const unfinished = filter(
    rows.authorizations,
    sees,
    ({ authorization: { status } }) => status === "pending" || status === "authorized"
  ).map(({ authorization }) => [authorization.id, endedRow({ ...authorization, status: "expired" })] as const)
  return { ...rows, authorizations: HashMap.setMany(rows.authorizations, unfinished) }
}

export const layer = Layer.effect(
  ErasureRepository,
  Effect.map(InMemoryStore, (store) =>
    ErasureRepository.of({
      find: (scope) =>
        store.read(scope, (rows) =>
          Option.map(Option.fromUndefinedOr(runningOf(rows, scope)), ({ erasure }) => erasure)
        ),

      begin: (scope, { delay, id, requestedAt }) =>
        store.writeWithin(
          scope,
          (rows, { now, sees }): readonly [Option.Option<{ erasure: Erasure; isNew: boolean }>, Rows] => {
            const dataKey = dataKeyOf(rows, scope)
            if (Option.isNone(userOf(rows, scope)) && Option.isNone(dataKey)) return [Option.none(), rows]
            const before = runningOf(rows, scope)
            if (before !== undefined) return [Option.some({ erasure: before.erasure, isNew: false }), rows]
            const [user, withUser] = known(rows, scope)
            const erasure: Erasure = {
              id,
              tenant: scope.tenant,
              subject: user.reference,
              dataKeyId: Option.map(dataKey, ({ key }) => key.id),
              requestedAt,
              proof: Option.none()
            }
            const row = {
              erasure,
              inFlightUntil: untilOf(rows, sees, now),
              dueAt: now + Duration.toMillis(delay),
              replayedAt: Option.none()
            }
            return [Option.some({ erasure, isNew: true }), expireAll(withErasure(withUser, row), sees)]
          }
        ),

      complete: (scope, id, { at, givesUp }) =>
        store.write(scope, (rows, { now, sees }) => {
          const row = runningOf(rows, scope)
          const isPending = filter(rows.revocations, sees, everyRow).length > 0
          if (row?.erasure.id !== id || row.inFlightUntil > now || (isPending && !givesUp)) return [Option.none(), rows]
          const outcomes = filter(rows.integrations, sees, everyRow).map(({ revocation }) =>
            Option.getOrNull(revocation)
          )
          const count = (...wanted: ReadonlyArray<string | null>) =>
            outcomes.filter((outcome) => wanted.includes(outcome)).length
          const proof = {
            erasedAt: at,
            revocations: {
              revoked: count("revoked"),
              unsupported: count("unsupported"),
              givenUp: count("pending", null)
            }
          }
          return [
            Option.some(proof),
            withErasure(rows, { ...row, erasure: { ...row.erasure, proof: Option.some(proof) } })
          ]
        }),

      destroy: (scope) =>
        store.write(scope, (rows) => {
          const isKept = ({ owner }: { readonly owner: UserScope }) => keyOf(owner) !== keyOf(scope)
          const without = <Row extends { readonly owner: UserScope }>(table: Table<Row>) =>
            HashMap.filter(table, isKept)
          return [
            undefined,
            {
              ...rows,
              users: HashMap.remove(rows.users, keyOf(scope)),
              dataKeys: HashMap.remove(rows.dataKeys, keyOf(scope)),
              integrations: without(rows.integrations),
              tokens: without(rows.tokens),
              authorizations: without(rows.authorizations),
              revocations: without(rows.revocations),
              pending: rows.pending.filter(isKept),
              consents: without(rows.consents),
              orphanedConsents: [
                ...rows.orphanedConsents,
                ...filter(rows.consents, everyRow, (consent) => !isKept(consent))
              ]
            }
          ]
        }),

      claimDueAcrossUsers: (limit, lease) =>
        store.write("across users", (rows, { now }) => {
          const users = HashMap.toValues(rows.users)
          const due = HashMap.toValues(rows.erasures)
            .filter(({ dueAt, erasure }) => Option.isNone(erasure.proof) && dueAt <= now)
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit)
          const claimed = due.map((row) => ({ ...row, dueAt: now + Duration.toMillis(lease) }))
          const owned = due.flatMap(({ erasure }): ReadonlyArray<ErasedUser> => {
            const user = users.find(({ reference }) => reference === erasure.subject)
            return user === undefined ? [] : [{ owner: user.scope, erasure }]
          })
          return [owned, claimed.reduce(withErasure, rows)]
        }),

      findRestoredAcrossUsers: (entries) =>
        store.write("across users", (rows) => {
          const users = HashMap.toValues(rows.users)
          const keys = HashMap.toValues(rows.dataKeys)
          const found = entries.flatMap((entry) => {
            const user = users.find(({ reference }) => reference === entry.subject)
            const key = keys.find(({ key }) => Option.contains(entry.dataKeyId, key.id))
            const owner = user?.scope ?? key?.owner
            return owner === undefined || (user !== undefined && isBeingErased(rows, owner)) ? [] : [{ owner, entry }]
          })
          return [found, rows]
        }),

      keepProofAcrossUsers: (owner, entry, at) =>
        store.write("across users", (rows) => {
          const isKnown = Option.exists(userOf(rows, owner), ({ reference }) => reference === entry.subject)
          const hasKey = Option.exists(dataKeyOf(rows, owner), ({ key }) => Option.contains(entry.dataKeyId, key.id))
          if (isBeingErased(rows, owner) || (!isKnown && !hasKey)) return [false, rows]
          const before = HashMap.get(rows.erasures, entry.id)
          const revocations = { revoked: 0, unsupported: 0, givenUp: 0 }
          const row: ErasureRow = Option.getOrElse(before, () => ({
            erasure: { ...entry, tenant: owner.tenant, proof: Option.some({ erasedAt: at, revocations }) },
            inFlightUntil: 0,
            dueAt: 0,
            replayedAt: Option.none()
          }))
          return [true, withErasure(rows, { ...row, replayedAt: Option.some(at) })]
        }),

      listAcrossUsers: (limit, after) =>
        store.write("across users", (rows) => [
          HashMap.toValues(rows.erasures)
            .map(({ erasure }) => erasure)
            .filter(({ id }) => !Option.exists(after, (last) => id <= last))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
            .slice(0, limit),
          rows
        ])
    })
  )
)
