import { Schema, SchemaTransformation } from "effect"

export const defaultLimit = 50

/** A whole number from 1 to 100. */
const Limit = Schema.String.check(
  Schema.isPattern(/^(100|[1-9][0-9]?)$/u, { message: "must be a whole number from 1 to 100" })
).pipe(Schema.decodeTo(Schema.Int, SchemaTransformation.numberFromString))

/** `limit` is 50 when absent; `cursor` is the `next_cursor` of the page before. */
export const pageQuery = {
  limit: Schema.optionalKey(Limit),
  cursor: Schema.optionalKey(Schema.String)
}

export const pageOf = <S extends Schema.Top>(item: S) =>
  Schema.Struct({ data: Schema.Array(item), next_cursor: Schema.NullOr(Schema.String) })
