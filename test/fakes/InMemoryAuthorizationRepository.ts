import { AuthorizationRepository, type CompletionClaim, ErasureInProgress } from "@oauth-manager/application"
import { Authorizations, type AuthorizationStatus, isSameScope } from "@oauth-manager/domain"
import { Array, DateTime, Duration, Effect, Equal, HashMap, Layer, Option, Order, Result } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { endedRow, isBeingErased } from "./ErasureRows.ts"
import { type AuthorizationRow, filter, find, insert, isHeldByAnother, modify } from "./Rows.ts"

const isUnfinished = ({ status }: { readonly status: AuthorizationStatus }): boolean =>
  status === "pending" || status === "authorized"

const isSameHash = (stored: Option.Option<Uint8Array>, hash: Uint8Array): boolean =>
  Option.exists(stored, (value) => Equal.equals(value, hash))

const byAge = Order.combine(
  Order.mapInput(DateTime.Order, ({ authorization }: AuthorizationRow) => authorization.createdAt),
  Order.mapInput(Order.String, ({ authorization }: AuthorizationRow) => authorization.id)
)

const hashOf = ({ parked }: AuthorizationRow) => Option.map(parked, ({ completionHash }) => completionHash)

export const layer = Layer.effect(
  AuthorizationRepository,
  Effect.map(InMemoryStore, (store) =>
    AuthorizationRepository.of({
      insert: (scope, authorization, { bindingHash, flow, stateHash }) =>
        store
          .write(scope, (rows, { now, sees }) => {
            if (isBeingErased(rows, scope)) return [false, rows]
            const row: AuthorizationRow = {
              ...endedRow(authorization),
              stateHash: Option.some(stateHash),
              flow: Option.some(flow),
              bindingHash: Option.fromUndefinedOr(bindingHash)
            }
            const others = filter(
              rows.authorizations,
              (other) => sees(other) && isSameScope(other.owner, scope),
              ({ authorization, claim }) =>
                isUnfinished(authorization) && !Option.exists(claim, ({ until }) => until > now)
            )
            const older = Array.sort(others, byAge).slice(0, 1 - Authorizations.mostUnfinished)
            const ended = older.map(
              ({ authorization }) => [authorization.id, endedRow({ ...authorization, status: "expired" })] as const
            )
            const inserted = insert(rows.authorizations, authorization.id, row, sees)
            return [true, { ...rows, authorizations: HashMap.setMany(inserted, ended) }]
          })
          .pipe(
            Effect.filterOrFail(
              (isInserted) => isInserted,
              () => new ErasureInProgress()
            ),
            Effect.asVoid
          ),
      find: (scope, id) =>
        store.read(scope, (rows, sees) =>
          Option.map(find(rows.authorizations, id, sees), ({ authorization }) => authorization)
        ),
      consumeStateAcrossUsers: (stateHash) =>
        store.write("across users", (rows, { sees }) => {
          const row = filter(rows.authorizations, sees, (row) => isSameHash(row.stateHash, stateHash)).at(0)
          if (row === undefined) return [Option.none(), rows]
          const used = { ...row, stateHash: Option.none() }
          return [
            Option.some({ authorization: row.authorization, bindingHash: row.bindingHash }),
            { ...rows, authorizations: HashMap.set(rows.authorizations, row.authorization.id, used) }
          ]
        }),
      park: (scope, { id }, { code, completionHash }) =>
        store.write(scope, (rows, { sees }) => {
          const stored = find(rows.authorizations, id, sees)
          if (!Option.exists(stored, ({ authorization }) => authorization.status === "pending")) return [false, rows]
          const parked = Option.some({ code, completionHash })
          return [
            true,
            {
              ...rows,
              authorizations: modify(rows.authorizations, id, sees, (row) => ({
                ...row,
                authorization: { ...row.authorization, status: "authorized" },
                parked
              }))
            }
          ]
        }),
      claimCompletion: (scope, id, { completionHash, duration, owner }) =>
        store.write<CompletionClaim>(scope, (rows, { now, sees }) => {
          const stored = Option.filter(
            find(rows.authorizations, id, sees),
            ({ authorization }) => authorization.status === "authorized"
          )
          if (Option.isNone(stored)) return [{ _tag: "NotAuthorized" }, rows]
          const row = stored.value
          const secrets = Option.all({ parked: row.parked, flow: row.flow })
          if (Option.isNone(secrets) || !isSameHash(hashOf(row), completionHash)) return [{ _tag: "WrongToken" }, rows]
          if (isHeldByAnother(row.claim, owner, now)) return [{ _tag: "InProgress" }, rows]
          const claim = Option.some({ owner, until: now + Duration.toMillis(duration) })
          return [
            { _tag: "Claimed", code: secrets.value.parked.code, flow: secrets.value.flow },
            { ...rows, authorizations: modify(rows.authorizations, id, sees, (row) => ({ ...row, claim })) }
          ]
        }),
      releaseCompletion: (scope, id, owner) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          {
            ...rows,
            authorizations: modify(rows.authorizations, id, sees, (row) => ({
              ...row,
              claim: Option.filter(row.claim, (claim) => claim.owner !== owner)
            }))
          }
        ]),
      finish: (scope, { error, id, integrationId, status }) =>
        store.write(scope, (rows, { sees }) => {
          const stored = find(rows.authorizations, id, sees)
          if (!Option.exists(stored, ({ authorization }) => isUnfinished(authorization))) return [false, rows]
          return [
            true,
            {
              ...rows,
              authorizations: modify(rows.authorizations, id, sees, ({ authorization }) =>
                endedRow({ ...authorization, status, error, integrationId })
              )
            }
          ]
        }),
      destroyParkedAcrossUsers: (id, completionHash) =>
        store.write("across users", (rows, { sees }) => {
          const failed = find(rows.authorizations, id, sees).pipe(
            Option.filter((row) => isSameHash(hashOf(row), completionHash)),
            Option.flatMap(({ authorization }) => Result.getSuccess(Authorizations.fail(authorization, "wrong_user")))
          )
          return Option.match(failed, {
            onNone: () => [failed, rows],
            onSome: (authorization) => [
              failed,
              { ...rows, authorizations: HashMap.set(rows.authorizations, id, endedRow(authorization)) }
            ]
          })
        }),
      expireStaleAcrossUsers: (now) =>
        store.write("across users", (rows, { sees }) => {
          const stale = filter(
            rows.authorizations,
            sees,
            ({ authorization }) => Authorizations.statusAt(authorization, now) === "expired"
          ).map(({ authorization }) => [authorization.id, endedRow({ ...authorization, status: "expired" })] as const)
          return [undefined, { ...rows, authorizations: HashMap.setMany(rows.authorizations, stale) }]
        })
    })
  )
)
