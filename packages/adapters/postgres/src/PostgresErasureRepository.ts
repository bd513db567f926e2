import { type ErasureEntry, ErasureRepository, type ErasureRequest } from "@oauth-manager/application"
import { ErasureId, UserId, UserReference, type UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as ErasureLock from "./ErasureLock.ts"
import { ErasureRow, toErasure } from "./ErasureRow.ts"
import { fromNow } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

/**
 * All tables that name a user by their id, in the order in which their rows may go: what names a person by their reference
 * stays. A table that is missing here is found by test/postgres/UserData.test.ts.
 */
export const erasedTables = [
  "domain_events",
  "pending_revocations",
  "tokens",
  "authorizations",
  "integrations",
  "data_keys",
  "users"
]

const firstErasure = Rows.first("erasures", ErasureRow, toErasure)
const allErasures = Rows.all("erasures", ErasureRow, toErasure)

const allOwned = Rows.all("erasures", Schema.Struct({ ...ErasureRow.fields, user_id: UserId }), (row) => ({
  owner: { tenant: row.tenant_id, user: row.user_id },
  erasure: toErasure(row)
}))

const allRestored = Rows.all(
  "users",
  Schema.Struct({ ...Rows.owner, id: ErasureId }),
  ({ id, tenant_id, user_id }) => ({
    id,
    owner: { tenant: tenant_id, user: user_id }
  })
)

const maybeReference = Rows.only(
  "users",
  Schema.Struct({ reference: Schema.OptionFromNullOr(UserReference) }),
  ({ reference }) => reference
)

export const layer = Layer.effect(
  ErasureRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser } = yield* ScopedTransaction.make

    const own = (scope: UserScope) => sql`tenant_id = ${scope.tenant} AND user_id = ${scope.user}`
    const running = (scope: UserScope) =>
      Effect.flatMap(sql`SELECT * FROM erasures WHERE ${ErasureLock.isRunningFor(sql, scope)}`, firstErasure)

    // Somebody who has a data key and no reference yet is stored too
    const referenceOf = ({ tenant, user }: UserScope) =>
      Effect.flatMap(
        sql`SELECT CASE WHEN EXISTS (SELECT FROM users WHERE ${own({ tenant, user })})
            OR EXISTS (SELECT FROM data_keys WHERE ${own({ tenant, user })})
          THEN ensure_user(${tenant}, ${user}) END AS reference`,
        maybeReference
      )

    const unfinished = (scope: UserScope) => sql`${own(scope)} AND status IN ('pending', 'authorized')`

    // A completion may hold an integration and want its authorization: the integrations come first, as everywhere
    const lock = Effect.fnUntraced(function* (scope: UserScope) {
      yield* sql`SELECT FROM integrations WHERE ${own(scope)} ORDER BY id FOR NO KEY UPDATE`
      yield* sql`SELECT FROM authorizations WHERE ${unfinished(scope)} ORDER BY id FOR NO KEY UPDATE`
    })

    const expire = (scope: UserScope) =>
      sql`UPDATE authorizations
        SET status = 'expired', flow = NULL, code = NULL, completion_hash = NULL, completion_owner = NULL,
          completion_until = NULL, state_consumed_at = coalesce(state_consumed_at, clock_timestamp())
        WHERE ${unfinished(scope)}`

    const begin = Effect.fnUntraced(function* (
      scope: UserScope,
      { delay, id, requestedAt, requestId }: ErasureRequest
    ) {
      yield* ErasureLock.exclusive(sql, scope)
      const subject = yield* referenceOf(scope)
      if (Option.isNone(subject)) return Option.none()
      const before = yield* running(scope)
      if (Option.isSome(before)) return Option.some({ erasure: before.value, isNew: false })
      // Under the locks, so that no refresh or completion begins between the look at them and their end
      yield* lock(scope)
      yield* sql`INSERT INTO erasures (id, tenant_id, subject, data_key_id, requested_at, request_id, in_flight_until, due_at)
        VALUES (${id}, ${scope.tenant}, ${subject.value}, (SELECT id FROM data_keys WHERE ${own(scope)}),
          ${DateTime.toDateUtc(requestedAt)}, ${requestId},
          greatest(clock_timestamp(),
            (SELECT max(lease_until) FROM tokens WHERE ${own(scope)}),
            (SELECT max(completion_until) FROM authorizations WHERE ${own(scope)})),
          ${fromNow(sql, delay)})`
      yield* expire(scope)
      return Option.map(yield* running(scope), (erasure) => ({ erasure, isNew: true }))
    })

    const complete = Effect.fnUntraced(function* (
      scope: UserScope,
      id: ErasureId,
      { at, givesUp }: { readonly at: DateTime.Utc; readonly givesUp: boolean }
    ) {
      yield* sql`SELECT FROM integrations WHERE ${own(scope)} ORDER BY id FOR UPDATE`
      const completed = yield* Effect.flatMap(
        sql`UPDATE erasures SET erased_at = ${DateTime.toDateUtc(at)}, (revoked, unsupported, given_up) = (
              SELECT (count(*) FILTER (WHERE revocation = 'revoked'))::int,
                (count(*) FILTER (WHERE revocation = 'unsupported'))::int,
                (count(*) FILTER (WHERE revocation IS NULL OR revocation = 'pending'))::int
              FROM integrations WHERE ${own(scope)})
            WHERE id = ${id} AND ${ErasureLock.isRunningFor(sql, scope)} AND in_flight_until <= clock_timestamp()
              AND (${givesUp}::boolean OR NOT EXISTS (SELECT FROM pending_revocations WHERE ${own(scope)}))
            RETURNING *`,
        firstErasure
      )
      return Option.flatMap(completed, ({ proof }) => proof)
    })

    /** Two statements: the second sees what another server has done that the first awaited. */
    const keepProof = Effect.fnUntraced(function* (
      owner: UserScope,
      { dataKeyId, id, requestedAt, subject }: ErasureEntry,
      at: DateTime.Utc
    ) {
      yield* ErasureLock.exclusive(sql, owner)
      const [requested, erased] = [DateTime.toDateUtc(requestedAt), DateTime.toDateUtc(at)]
      const kept = yield* sql`INSERT INTO erasures (id, tenant_id, subject, data_key_id, requested_at, request_id,
          in_flight_until, due_at, erased_at, revoked, unsupported, given_up, replayed_at)
        SELECT ${id}, ${owner.tenant}, ${subject}, ${Option.getOrNull(dataKeyId)}::uuid, ${requested}, 'background',
          ${requested}, ${requested}, ${erased}, 0, 0, 0, ${erased}
        WHERE NOT EXISTS (SELECT FROM erasures WHERE ${ErasureLock.isRunningFor(sql, owner)})
          AND (EXISTS (SELECT FROM users WHERE ${own(owner)} AND reference = ${subject})
            OR EXISTS (SELECT FROM data_keys WHERE ${own(owner)} AND id = ${Option.getOrNull(dataKeyId)}::uuid))
        ON CONFLICT (id) DO UPDATE SET replayed_at = excluded.replayed_at RETURNING id`
      return Rows.changed(kept)
    })

    return ErasureRepository.of({
      find: (scope) => forUser("ErasureRepository.find", scope, running(scope)),

      begin: (scope, request) => forUser("ErasureRepository.begin", scope, begin(scope, request)),

      complete: (scope, id, ending) => forUser("ErasureRepository.complete", scope, complete(scope, id, ending)),

      // Integrations, then the key, are locked in the order of whoever replaces it
      destroy: (scope) =>
        forUser(
          "ErasureRepository.destroy",
          scope,
          Effect.gen(function* () {
            yield* sql`SELECT FROM integrations WHERE ${own(scope)} ORDER BY id FOR UPDATE`
            yield* sql`SELECT FROM data_keys WHERE ${own(scope)} FOR UPDATE`
            for (const table of erasedTables) yield* sql`DELETE FROM ${sql(table)} WHERE ${own(scope)}`
          })
        ),

      claimDueAcrossUsers: (limit, lease) =>
        acrossUsers(
          "ErasureRepository.claimDueAcrossUsers",
          Effect.flatMap(
            // Materialized, as a subquery run again for each row would claim more than the limit.
            sql`WITH due AS MATERIALIZED (
                SELECT id FROM erasures WHERE erased_at IS NULL AND due_at <= statement_timestamp()
                ORDER BY due_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED
              )
              UPDATE erasures e SET due_at = ${fromNow(sql, lease)}
              FROM due, users u WHERE e.id = due.id AND u.reference = e.subject AND u.tenant_id = e.tenant_id
              RETURNING e.*, u.user_id`,
            allOwned
          )
        ),

      findRestoredAcrossUsers: (entries) => {
        const byId = new Map(entries.map((entry) => [entry.id, entry]))
        const statement = sql`WITH listed AS (
            SELECT * FROM unnest(
              ${entries.map(({ id }) => id)}::uuid[],
              ${entries.map(({ subject }) => subject)}::uuid[],
              ${entries.map(({ dataKeyId }) => Option.getOrNull(dataKeyId))}::uuid[]
            ) AS entry (id, subject, data_key_id)
            WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.subject = entry.subject AND e.erased_at IS NULL)
          )
          SELECT u.tenant_id, u.user_id, listed.id FROM users u JOIN listed ON listed.subject = u.reference
          UNION
          SELECT k.tenant_id, k.user_id, listed.id FROM data_keys k JOIN listed ON listed.data_key_id = k.id`
        return acrossUsers("ErasureRepository.findRestoredAcrossUsers", Effect.flatMap(statement, allRestored)).pipe(
          Effect.map((rows) =>
            rows.flatMap(({ id, owner }) => {
              const entry = byId.get(id)
              return entry === undefined ? [] : [{ owner, entry }]
            })
          )
        )
      },

      keepProofAcrossUsers: (owner, entry, at) =>
        acrossUsers("ErasureRepository.keepProofAcrossUsers", keepProof(owner, entry, at)),

      listAcrossUsers: (limit, after) =>
        acrossUsers(
          "ErasureRepository.listAcrossUsers",
          Effect.flatMap(
            sql`SELECT * FROM erasures ${Option.isSome(after) ? sql`WHERE id > ${after.value}` : sql``}
              ORDER BY id LIMIT ${limit}`,
            allErasures
          )
        )
    })
  })
)
