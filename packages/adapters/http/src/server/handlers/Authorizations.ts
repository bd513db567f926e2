import {
  CompleteAuthorization,
  GetAuthorization,
  ProviderMisconfigured,
  StartAuthorization
} from "@oauth-manager/application"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { bind, BrowserBinding, isFromSameSite } from "../request/BrowserBinding.ts"
import { authorizationView, startedAuthorizationView } from "../views/AuthorizationView.ts"
import { integrationView } from "../views/IntegrationView.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "authorizations",
  Effect.fnUntraced(function* (handlers) {
    const starting = yield* StartAuthorization
    const getting = yield* GetAuthorization
    const completing = yield* CompleteAuthorization
    const { isOn } = yield* BrowserBinding
    return handlers.handleAll({
      start: Effect.fnUntraced(function* ({ params, payload, request }) {
        const caller = yield* CurrentCaller
        const { authorization, authorizationUrl, binding } = yield* starting.start(
          caller,
          actedFor(caller, params.user),
          {
            provider: payload.provider,
            features: payload.features ?? [],
            scopes: payload.scopes ?? [],
            integrationId: Option.fromUndefinedOr(payload.integration_id),
            returnTo: payload.return_to,
            loginHint: Option.fromUndefinedOr(payload.login_hint),
            narrows: payload.narrow ?? false,
            text: Option.map(Option.fromUndefinedOr(payload.consent), ({ locale, text_version: version }) => ({
              version,
              locale
            })),
            claims: Option.fromUndefinedOr(payload.claims),
            bindsBrowser: isOn && isFromSameSite(request)
          }
        )
        yield* bind(authorization.id, binding)
        return startedAuthorizationView(authorization, authorizationUrl)
      }, refusing),
      get: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        return authorizationView(yield* getting.get(caller, actedFor(caller, params.user), params.id))
      }, refusing),
      complete: Effect.fnUntraced(
        function* ({ params, payload }) {
          const caller = yield* CurrentCaller
          const user = actedFor(caller, params.user)
          return integrationView(yield* completing.complete(caller, user, params.id, payload.completion_token))
        },
        Effect.catchTag("UnknownProvider", ({ provider }) =>
          Effect.fail(new ProviderMisconfigured({ provider, code: "provider_not_loaded" }))
        ),
        refusing
      )
    })
  })
)
