import { Scope, Sealed, TenantId, UserId } from "@oauth-manager/domain"
import { Array, DateTime, Effect, Option, Schema, SchemaIssue } from "effect"

/** The columns that say whose a row is. */
export const owner = { tenant_id: TenantId, user_id: UserId }

export const Scopes = Schema.Array(Scope)

export const Time = Schema.DateTimeUtcFromDate

export const MaybeTime = Schema.OptionFromNullOr(Time)

export const MaybeSealed = Schema.OptionFromNullOr(Sealed)

const pathsOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Reads rows, which the table's constraints make readable: one that is not is a defect, told without its values. */
export const all = <S extends Schema.Constraint, A>(table: string, row: S, read: (row: S["Type"]) => A) => {
  const decode = Schema.decodeUnknownEffect(Schema.Array(row))
  return (rows: ReadonlyArray<unknown>) =>
    decode(rows).pipe(
      Effect.map(Array.map(read)),
      Effect.catchTag("SchemaError", ({ issue }) => {
        const paths = pathsOf(issue).issues.map(({ path }) => path?.join("."))
        return Effect.die(new Error(`unreadable row of ${table}: ${paths.join(", ")}`))
      })
    )
}

export const first = <S extends Schema.Constraint, A>(table: string, row: S, read: (row: S["Type"]) => A) => {
  const readAll = all(table, row, read)
  return (rows: ReadonlyArray<unknown>) => Effect.map(readAll(rows.slice(0, 1)), (read) => Array.head(read))
}

/** The one row of a statement that always has one. */
export const only = <S extends Schema.Constraint, A>(table: string, row: S, read: (row: S["Type"]) => A) => {
  const readFirst = first(table, row, read)
  return (rows: ReadonlyArray<unknown>) =>
    Effect.flatMap(readFirst(rows), Effect.fromOption).pipe(
      Effect.catchTag("NoSuchElementError", () => Effect.die(new Error(`no row of ${table} where there must be one`)))
    )
}

/** What a statement that changes rows with RETURNING came to: whether it changed any. */
export const changed = (rows: ReadonlyArray<unknown>): boolean => rows.length > 0

export const dateOrNull = (time: Option.Option<DateTime.Utc>): Date | null =>
  Option.getOrNull(Option.map(time, DateTime.toDateUtc))
