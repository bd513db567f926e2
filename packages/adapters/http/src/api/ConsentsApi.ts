import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { ConsentView } from "./ConsentView.ts"
import { ofConsent, ofUser } from "./Identifiers.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onUsers, Problems } from "./problems/Problems.ts"

export const ConsentsApi = HttpApiGroup.make("consents")
  .add(
    HttpApiEndpoint.get("list", "/v1/users/:user/consents", {
      params: ofUser,
      query: pageQuery,
      success: pageOf(ConsentView),
      error: onUsers
    }).annotate(OpenApi.Summary, "List what the user has agreed to, the oldest first, and what of it was withdrawn"),
    HttpApiEndpoint.delete("withdraw", "/v1/users/:user/consents/:id", {
      params: ofConsent,
      query: { confirm: Schema.optionalKey(Schema.Literal("shared")) },
      success: ConsentView,
      error: [...onUsers, Problems.shared_grant]
    }).annotate(
      OpenApi.Summary,
      "Withdraw it, with all for the same purpose; where none of the integration's is left, that is disconnected"
    )
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Consents")
