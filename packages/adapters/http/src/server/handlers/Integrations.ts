import { DisconnectIntegration, GetIntegration, ListIntegrations } from "@oauth-manager/application"
import { IntegrationId } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { disconnectionView, integrationView } from "../views/IntegrationView.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "integrations",
  Effect.fnUntraced(function* (handlers) {
    const listing = yield* ListIntegrations
    const getting = yield* GetIntegration
    const disconnecting = yield* DisconnectIntegration
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const filter = {
          provider: Option.fromUndefinedOr(query.provider),
          status: Option.fromUndefinedOr(query.status)
        }
        const { data, hasMore } = yield* listing.list(caller, actedFor(caller, params.user), filter, {
          limit: query.limit ?? defaultLimit,
          after: yield* decodeCursor(IntegrationId, query.cursor)
        })
        const last = data.at(-1)
        return {
          data: data.map(integrationView),
          next_cursor: hasMore && last !== undefined ? encodeCursor(last.integration.id) : null
        }
      }, refusing),
      get: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        return integrationView(yield* getting.get(caller, actedFor(caller, params.user), params.id))
      }, refusing),
      disconnect: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const user = actedFor(caller, params.user)
        const confirmsShared = query.confirm === "shared"
        return disconnectionView(yield* disconnecting.disconnect(caller, user, params.id, { confirmsShared }))
      }, refusing)
    })
  })
)
