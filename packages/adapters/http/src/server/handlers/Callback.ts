import { type CallbackResult, ListProviders, ReceiveCallback, UnknownState } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { MethodNotAllowed } from "../problems/RequestFailures.ts"
import { page } from "../pages/Page.ts"
import { bindingsOf, unbind } from "../request/BrowserBinding.ts"
import { CurrentRequestId } from "../request/CurrentRequestId.ts"

/** Adds to the query of `return_to` and leaves the rest of it as it is written. */
const returnUrl = (result: CallbackResult): string => {
  const url = new URL(result.returnTo)
  const outcome = new URLSearchParams({
    authorization_id: result.authorizationId,
    ...(result._tag === "Authorized"
      ? { completion_token: Redacted.value(result.completionToken) }
      : { error: result.error })
  })
  url.search = url.search === "" ? `${outcome}` : `${url.search}&${outcome}`
  return url.href
}

const administratorsPage = page("Back from the provider", [
  "The provider has taken down what you decided for your organization.",
  "Where you allowed the application, its users can connect their accounts now."
])

export const layer = HttpApiBuilder.group(
  Api,
  "callback",
  Effect.fnUntraced(function* (handlers) {
    const receiving = yield* ReceiveCallback
    const providers = yield* ListProviders
    return handlers.handleAll({
      receive: Effect.fnUntraced(function* ({ params, query, request }) {
        // HEAD is answered as GET is, but a link scanner's HEAD must not use the state up.
        if (request.method === "HEAD") return yield* new MethodNotAllowed({ allowed: ["GET"] })
        const { admin_consent: adminConsent, error_description: errorDescription, state, ...parameters } = query
        if (state === undefined && adminConsent !== undefined) {
          const registered = yield* Effect.option(providers.get(params.provider))
          if (Option.exists(registered, ({ definition }) => definition.links?.adminConsent !== undefined)) {
            return administratorsPage
          }
        }
        if (state === undefined) return yield* new UnknownState()
        const requestId = yield* CurrentRequestId
        const result = yield* receiving.receive(
          params.provider,
          state,
          errorDescription === undefined ? parameters : { ...parameters, errorDescription },
          requestId,
          bindingsOf(request)
        )
        const back = HttpServerResponse.redirect(returnUrl(result), { status: 303 })
        return unbind(request, result.authorizationId, back)
      }, refusing)
    })
  })
)
