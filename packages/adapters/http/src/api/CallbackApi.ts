import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import { everywhere, Problems } from "./problems/Problems.ts"

/** Answers a browser with a page where another client gets a problem document. */
export class PagesForBrowsers extends HttpApiMiddleware.Service<PagesForBrowsers>()(
  "@oauth-manager/http/api/CallbackApi/PagesForBrowsers"
) {}

const parameter = (maximum: number) => Schema.String.check(Schema.isMaxLength(maximum))
const secret = Schema.RedactedFromValue(parameter(8192))

export const CallbackApi = HttpApiGroup.make("callback")
  .add(
    HttpApiEndpoint.get("receive", "/v1/callback/:provider", {
      params: { provider: Schema.String },
      /** Unknown parameters are ignored (RFC 6749 §4.1.2): Google sends `scope`, `authuser` and `prompt`. */
      query: {
        state: Schema.optionalKey(secret),
        code: Schema.optionalKey(secret),
        error: Schema.optionalKey(parameter(512)),
        error_description: Schema.optionalKey(parameter(8192)),
        iss: Schema.optionalKey(parameter(2048)),
        admin_consent: Schema.optionalKey(parameter(16))
      },
      /** An administrator who comes back from `admin_consent_url` has no flow of their own, and sees a page. */
      success: HttpApiSchema.Empty(303).annotate({
        description: "Back to `return_to`, with `authorization_id` and `completion_token` or `error`"
      }),
      error: [
        ...everywhere,
        Problems.unknown_state,
        Problems.method_not_allowed,
        Problems.rate_limited,
        Problems.audit_unavailable,
        Problems.storage_unavailable
      ]
    }).annotate(OpenApi.Summary, "The redirect URI: where providers send browsers back to")
  )
  .middleware(PagesForBrowsers)
  .annotate(OpenApi.Title, "Callback")
