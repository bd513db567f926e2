import { ActivateFeature, DeactivateFeature, ListFeatures } from "@oauth-manager/application"
import { FeatureId } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { bind, BrowserBinding, isFromSameSite } from "../request/BrowserBinding.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { startedAuthorizationView } from "../views/AuthorizationView.ts"
import { deactivatedFeatureView, featureView } from "../views/FeatureView.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "features",
  Effect.fnUntraced(function* (handlers) {
    const listing = yield* ListFeatures
    const activating = yield* ActivateFeature
    const deactivating = yield* DeactivateFeature
    const { isOn } = yield* BrowserBinding
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const after = yield* decodeCursor(FeatureId, query.cursor)
        const reports = yield* listing.list(caller, actedFor(caller, params.user))
        const rest = Option.isSome(after) ? reports.filter(({ feature }) => feature.id > after.value) : reports
        const page = rest.slice(0, query.limit ?? defaultLimit)
        const last = page.at(-1)
        return {
          data: page.map(featureView),
          next_cursor: last !== undefined && page.length < rest.length ? encodeCursor(last.feature.id) : null
        }
      }, refusing),
      get: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        return featureView(yield* listing.get(caller, actedFor(caller, params.user), params.feature))
      }, refusing),
      activate: Effect.fnUntraced(function* ({ params, payload, request }) {
        const caller = yield* CurrentCaller
        const outcome = yield* activating.activate(caller, actedFor(caller, params.user), params.feature, {
          provider: Option.fromUndefinedOr(payload.provider),
          integrationId: Option.fromUndefinedOr(payload.integration_id),
          returnTo: payload.return_to,
          loginHint: Option.fromUndefinedOr(payload.login_hint),
          text: Option.map(Option.fromUndefinedOr(payload.consent), ({ locale, text_version: version }) => ({
            version,
            locale
          })),
          bindsBrowser: isOn && isFromSameSite(request)
        })
        if (outcome._tag === "Active") return featureView(outcome.report)
        yield* bind(outcome.authorization.id, outcome.binding)
        return startedAuthorizationView(outcome.authorization, outcome.authorizationUrl)
      }, refusing),
      deactivate: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        const { narrowings, report } = yield* deactivating.deactivate(
          caller,
          actedFor(caller, params.user),
          params.feature
        )
        return deactivatedFeatureView(report, narrowings)
      }, refusing)
    })
  })
)
