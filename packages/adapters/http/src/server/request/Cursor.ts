import { Effect, type Option, Result, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { CursorMalformed } from "../problems/RequestFailures.ts"

/** Names the last item of a page, so that the next begins behind it. */
export const encodeCursor = (id: string): string => Base64Url.encode(id)

export const decodeCursor = <Id extends string>(
  id: Schema.Schema<Id>,
  cursor: string | undefined
): Effect.Effect<Option.Option<Id>, CursorMalformed> => {
  if (cursor === undefined) return Effect.succeedNone
  const decoded = Result.getOrUndefined(Base64Url.decodeString(cursor))
  return Schema.is(id)(decoded) && encodeCursor(decoded) === cursor
    ? Effect.succeedSome(decoded)
    : Effect.fail(new CursorMalformed())
}
