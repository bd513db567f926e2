import { Duration } from "effect"
import type { SqlClient } from "effect/sql"

/** A duration as PostgreSQL's interval. */
export const interval = (sql: SqlClient.SqlClient, duration: Duration.Duration) =>
  sql`make_interval(secs => ${Duration.toSeconds(duration)}::float8)`

/** So long after the present moment of the database's clock, whenever the transaction began. */
export const fromNow = (sql: SqlClient.SqlClient, wait: Duration.Duration) =>
  sql`clock_timestamp() + ${interval(sql, wait)}`
