import { Data, Predicate } from "effect"
import { Migrator, SqlError } from "effect/sql"

/** Why the service cannot start on this database; `message` tells the operator what to mend. */
export class DatabaseUnusable extends Data.TaggedError("DatabaseUnusable")<{
  readonly reason: "Unreachable" | "UnusableUrl" | "Refused" | "UnsafeRole"
  readonly message: string
  readonly sqlState: string | undefined
}> {}

const transientStates = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "53300", // too_many_connections
  "55P03", // lock_not_available
  "57P01", // admin_shutdown
  "57P03", // cannot_connect_now: the server is starting
  "23505", // unique_violation and
  "XX000" // "tuple concurrently updated": another database's migrations touched the same role
])

const property = (value: unknown, name: string): string | undefined =>
  Predicate.hasProperty(value, name) && typeof value[name] === "string" ? value[name] : undefined

const sqlErrorOf = (error: unknown): SqlError.SqlError | undefined => {
  if (SqlError.isSqlError(error)) return error
  return error instanceof Migrator.MigrationError ? sqlErrorOf(error.cause) : undefined
}

const explain = (
  isConnectionError: boolean,
  words: string,
  setting: string
): Pick<DatabaseUnusable, "reason" | "message"> => {
  if (/\bURL\b/.test(words)) {
    return {
      reason: "UnusableUrl",
      message: `${setting} is no URL of a database (${words}): it must read postgres://user:password@host:port/database`
    }
  }
  return isConnectionError
    ? {
        reason: "Unreachable",
        message: `The database cannot be reached (${words}): check ${setting} and that PostgreSQL runs`
      }
    : {
        reason: "Refused",
        message: `The database refused (${words}): check the login of ${setting} and what it may do`
      }
}

/** Tells it in the server's own words, which hold no values: those are in the detail of an error, left out here. */
export const fromError = (error: unknown, setting: string): DatabaseUnusable => {
  const failure = sqlErrorOf(error)
  const cause = failure?.reason.cause
  const sqlState = /^[0-9A-Z]{5}$/.exec(property(cause, "code") ?? "")?.[0]
  const words = property(cause, "message") ?? failure?.message ?? "unknown failure"
  return new DatabaseUnusable({ ...explain(failure?.reason._tag === "ConnectionError", words, setting), sqlState })
}

/** May the same attempt succeed shortly? */
export const isTransient = ({ reason, sqlState }: DatabaseUnusable): boolean =>
  reason === "Unreachable" || (sqlState !== undefined && transientStates.has(sqlState))
