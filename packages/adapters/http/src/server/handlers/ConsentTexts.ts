import { GetConsentText } from "@oauth-manager/application"
import { english } from "@oauth-manager/domain"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { consentTextView } from "../views/ConsentTextView.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "consentTexts",
  Effect.fnUntraced(function* (handlers) {
    const texts = yield* GetConsentText
    return handlers.handleAll({
      get: Effect.fnUntraced(function* ({ query }) {
        const { features = [], locale = english, provider, scopes = [] } = query
        return consentTextView(yield* texts.get({ provider, features, scopes, locale }))
      }, refusing)
    })
  })
)
