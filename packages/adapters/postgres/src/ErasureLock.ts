import type { UserScope } from "@oauth-manager/domain"
import type { SqlClient } from "effect/sql"

const nameOf = ({ tenant, user }: UserScope): string => `oauth_manager.erasure ${JSON.stringify([tenant, user])}`

/** Held by whatever begins something for the user, to its transaction's end. */
export const shared = (sql: SqlClient.SqlClient, scope: UserScope) =>
  sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${nameOf(scope)}, 0))`

/** Held by an erasure that begins: it sees all that began before, and what comes after sees it. */
export const exclusive = (sql: SqlClient.SqlClient, scope: UserScope) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended(${nameOf(scope)}, 0))`

/** Of the rows of `erasures`, the one that runs for the user. */
export const isRunningFor = (sql: SqlClient.SqlClient, { tenant, user }: UserScope) =>
  sql`tenant_id = ${tenant} AND erased_at IS NULL
    AND subject = (SELECT reference FROM users WHERE tenant_id = ${tenant} AND user_id = ${user})`
