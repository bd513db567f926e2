import { ReadAccessToken, RefreshToken, type TokenRequest } from "@oauth-manager/application"
import { Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, type ReadTokenBody } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { refreshedTokenView, tokenView } from "../views/TokenView.ts"

const tokenRequest = (body: typeof ReadTokenBody.Type | null): TokenRequest => ({
  minTtl: Option.map(Option.fromUndefinedOr(body?.min_ttl), Duration.seconds),
  scopes: body?.scopes ?? [],
  purpose: Option.fromUndefinedOr(body?.purpose)
})

export const layer = HttpApiBuilder.group(
  Api,
  "tokens",
  Effect.fnUntraced(function* (handlers) {
    const reading = yield* ReadAccessToken
    const refreshing = yield* RefreshToken
    return handlers.handleAll({
      read: Effect.fnUntraced(function* ({ params, payload }) {
        const caller = yield* CurrentCaller
        const user = actedFor(caller, params.user)
        return tokenView(yield* reading.read(caller, user, params.id, tokenRequest(payload)))
      }, refusing),
      refresh: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        return refreshedTokenView(yield* refreshing.refresh(caller, actedFor(caller, params.user), params.id))
      }, refusing)
    })
  })
)
