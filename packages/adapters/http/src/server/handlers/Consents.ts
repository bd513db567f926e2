import { ListConsents, WithdrawConsent } from "@oauth-manager/application"
import { ConsentId } from "@oauth-manager/domain"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { consentView } from "../views/ConsentView.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "consents",
  Effect.fnUntraced(function* (handlers) {
    const listing = yield* ListConsents
    const withdrawing = yield* WithdrawConsent
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const limit = query.limit ?? defaultLimit
        const after = yield* decodeCursor(ConsentId, query.cursor)
        // One more than is shown tells whether there are more
        const found = yield* listing.list(caller, actedFor(caller, params.user), { limit: limit + 1, after })
        const page = found.slice(0, limit)
        const last = page.at(-1)
        return {
          data: page.map(consentView),
          next_cursor: last !== undefined && found.length > limit ? encodeCursor(last.id) : null
        }
      }, refusing),
      withdraw: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const confirmsShared = query.confirm === "shared"
        const user = actedFor(caller, params.user)
        return consentView(yield* withdrawing.withdraw(caller, user, params.id, { confirmsShared }))
      }, refusing)
    })
  })
)
