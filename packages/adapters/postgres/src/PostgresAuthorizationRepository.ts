import { AuthorizationRepository, type CompletionClaim, ErasureInProgress } from "@oauth-manager/application"
import {
  type AuthorizationId,
  Authorizations,
  type AuthorizationStatus,
  Sealed,
  type UserScope
} from "@oauth-manager/domain"
import { DateTime, type Duration, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AuthorizationRow, columns, toAuthorization, toColumns } from "./AuthorizationRow.ts"
import * as ErasureLock from "./ErasureLock.ts"
import { fromNow } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const firstAuthorization = Rows.first("authorizations", AuthorizationRow, toAuthorization)

const Begun = Schema.Struct({
  ...AuthorizationRow.fields,
  binding_hash: Schema.OptionFromNullOr(Schema.Uint8Array)
})
const firstBegun = Rows.first("authorizations", Begun, (row) => ({
  authorization: toAuthorization(row),
  bindingHash: row.binding_hash
}))

const Claimable = Schema.Struct({ rightToken: Schema.Boolean, taken: Schema.Boolean, code: Sealed, flow: Sealed })
const firstClaimable = Rows.first("authorizations", Claimable, (row) => row)

const lockOf = ({ tenant, user }: UserScope): string => `oauth_manager.authorizations ${JSON.stringify([tenant, user])}`

const unfinished: ReadonlyArray<AuthorizationStatus> = ["pending", "authorized"]

export const layer = Layer.effect(
  AuthorizationRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser } = yield* ScopedTransaction.make

    const all = sql.literal(columns)
    const isUnfinished = sql.in("status", unfinished)
    const own = (scope: UserScope) => sql`tenant_id = ${scope.tenant} AND user_id = ${scope.user}`
    const withoutSecrets = sql`flow = NULL, code = NULL, completion_hash = NULL, completion_owner = NULL, completion_until = NULL,
      binding_hash = NULL, state_consumed_at = coalesce(state_consumed_at, clock_timestamp())`

    const claim = Effect.fnUntraced(function* (
      scope: UserScope,
      id: AuthorizationId,
      { completionHash, duration, owner }: { completionHash: Uint8Array; duration: Duration.Duration; owner: string }
    ) {
      const found = yield* Effect.flatMap(
        sql`SELECT completion_hash = ${completionHash} AS "rightToken",
            coalesce(completion_owner <> ${owner} AND completion_until > clock_timestamp(), false) AS taken,
            code, flow
          FROM authorizations WHERE ${own(scope)} AND id = ${id} AND status = 'authorized' FOR UPDATE`,
        firstClaimable
      )
      if (Option.isNone(found)) return { _tag: "NotAuthorized" } satisfies CompletionClaim
      const { code, flow, rightToken, taken } = found.value
      if (!rightToken) return { _tag: "WrongToken" } satisfies CompletionClaim
      if (taken) return { _tag: "InProgress" } satisfies CompletionClaim
      yield* sql`UPDATE authorizations
        SET completion_owner = ${owner},
          completion_until = ${fromNow(sql, duration)}
        WHERE ${own(scope)} AND id = ${id}`
      return { _tag: "Claimed", code, flow } satisfies CompletionClaim
    })

    /** Those that begin for a user queue here, so that each sees the ones before; the values are literals for the partial index. */
    const expireOlder = Effect.fnUntraced(function* (scope: UserScope, newest: AuthorizationId) {
      yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${lockOf(scope)}, 0))`
      yield* sql`UPDATE authorizations SET status = 'expired', ${withoutSecrets}
        WHERE ${own(scope)} AND status IN ('pending', 'authorized') AND id IN (
          SELECT id FROM authorizations
          WHERE ${own(scope)} AND status IN ('pending', 'authorized') AND id <> ${newest}
            AND (completion_until IS NULL OR completion_until <= clock_timestamp())
          ORDER BY created_at DESC, id DESC OFFSET ${Authorizations.mostUnfinished - 1}
        )`
    })

    /** Two statements: the second sees the erasure whose beginning the first awaited. */
    const insertUnlessErasing = Effect.fnUntraced(function* (
      scope: UserScope,
      row: Record<string, unknown> & { readonly id: AuthorizationId }
    ) {
      yield* ErasureLock.shared(sql, scope)
      if (Rows.changed(yield* sql`SELECT FROM erasures WHERE ${ErasureLock.isRunningFor(sql, scope)}`)) return false
      yield* sql`INSERT INTO authorizations ${sql.insert(row)}`
      yield* expireOlder(scope, row.id)
      return true
    })

    return AuthorizationRepository.of({
      insert: (scope, authorization, { bindingHash = null, flow, stateHash }) => {
        const row = {
          ...toColumns(authorization),
          tenant_id: scope.tenant,
          user_id: scope.user,
          flow,
          state_hash: stateHash,
          binding_hash: bindingHash
        }
        return forUser("AuthorizationRepository.insert", scope, insertUnlessErasing(scope, row)).pipe(
          Effect.filterOrFail(
            (isInserted) => isInserted,
            () => new ErasureInProgress()
          ),
          Effect.asVoid
        )
      },

      find: (scope, id) =>
        forUser(
          "AuthorizationRepository.find",
          scope,
          Effect.flatMap(sql`SELECT ${all} FROM authorizations WHERE ${own(scope)} AND id = ${id}`, firstAuthorization)
        ),

      consumeStateAcrossUsers: (stateHash) =>
        acrossUsers(
          "AuthorizationRepository.consumeStateAcrossUsers",
          Effect.flatMap(
            sql`UPDATE authorizations SET state_consumed_at = clock_timestamp()
              WHERE state_hash = ${stateHash} AND state_consumed_at IS NULL RETURNING ${all}, binding_hash`,
            firstBegun
          )
        ),

      park: (scope, authorization, { code, completionHash }) =>
        forUser(
          "AuthorizationRepository.park",
          scope,
          Effect.map(
            sql`UPDATE authorizations SET status = 'authorized', code = ${code}, completion_hash = ${completionHash}
              WHERE ${own(scope)} AND id = ${authorization.id} AND status = 'pending' RETURNING id`,
            Rows.changed
          )
        ),

      claimCompletion: (scope, id, request) =>
        forUser("AuthorizationRepository.claimCompletion", scope, claim(scope, id, request)),

      releaseCompletion: (scope, id, owner) =>
        forUser(
          "AuthorizationRepository.releaseCompletion",
          scope,
          sql`UPDATE authorizations SET completion_owner = NULL, completion_until = NULL
            WHERE ${own(scope)} AND id = ${id} AND completion_owner = ${owner}`
        ),

      finish: (scope, { error, id, integrationId, status }) =>
        forUser(
          "AuthorizationRepository.finish",
          scope,
          Effect.map(
            sql`UPDATE authorizations
              SET status = ${status}, error = ${Option.getOrNull(error)}, integration_id = ${Option.getOrNull(integrationId)},
                ${withoutSecrets}
              WHERE ${own(scope)} AND id = ${id} AND ${isUnfinished} RETURNING id`,
            Rows.changed
          )
        ),

      destroyParkedAcrossUsers: (id, completionHash) =>
        acrossUsers(
          "AuthorizationRepository.destroyParkedAcrossUsers",
          Effect.flatMap(
            sql`UPDATE authorizations SET status = 'failed', error = 'wrong_user', ${withoutSecrets}
              WHERE id = ${id} AND status = 'authorized' AND completion_hash = ${completionHash} RETURNING ${all}`,
            firstAuthorization
          )
        ),

      expireStaleAcrossUsers: (now) =>
        acrossUsers(
          "AuthorizationRepository.expireStaleAcrossUsers",
          sql`UPDATE authorizations SET status = 'expired', ${withoutSecrets}
            WHERE ${isUnfinished} AND expires_at <= ${DateTime.toDateUtc(now)}`
        )
    })
  })
)
