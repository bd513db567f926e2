import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { everywhere, Problems } from "./problems/Problems.ts"
import { ProviderView } from "./ProviderView.ts"

export const ProvidersApi = HttpApiGroup.make("providers")
  .add(
    HttpApiEndpoint.get("list", "/v1/providers", {
      query: pageQuery,
      success: pageOf(ProviderView),
      error: everywhere
    }).annotate(OpenApi.Summary, "List the providers that are loaded"),
    HttpApiEndpoint.get("get", "/v1/providers/:provider", {
      params: { provider: Schema.String },
      success: ProviderView,
      error: [...everywhere, Problems.not_found]
    }).annotate(OpenApi.Summary, "Show a provider")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Providers")
