import { type KeyStatus, ListKeys, RotateKeys } from "@oauth-manager/application"
import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { keyRotationView, keyView } from "../views/KeyView.ts"

const behind = (keys: ReadonlyArray<KeyStatus>, after: Option.Option<string>) =>
  Option.match(after, { onNone: () => keys, onSome: (last) => keys.filter(({ id }) => id > last) })

export const layer = HttpApiBuilder.group(
  Api,
  "keys",
  Effect.fnUntraced(function* (handlers) {
    const listing = yield* ListKeys
    const rotating = yield* RotateKeys
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ query }) {
        const { keys, rotation } = yield* listing.list(yield* CurrentCaller)
        const rest = behind(keys, yield* decodeCursor(Schema.NonEmptyString, query.cursor))
        const page = rest.slice(0, query.limit ?? defaultLimit)
        const last = page.at(-1)
        return {
          data: page.map(keyView),
          rotation: keyRotationView(rotation),
          next_cursor: last !== undefined && page.length < rest.length ? encodeCursor(last.id) : null
        }
      }, refusing),
      rotate: Effect.fnUntraced(function* ({ payload }) {
        const caller = yield* CurrentCaller
        return keyRotationView(yield* rotating.request(caller, { dataKeys: payload.data_keys ?? false }))
      }, refusing)
    })
  })
)
