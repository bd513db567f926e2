import { ProviderId } from "@oauth-manager/domain"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { ofIntegration, ofUser } from "./Identifiers.ts"
import { DisconnectionView, IntegrationView, ShownStatus } from "./IntegrationView.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onUsers, Problems } from "./problems/Problems.ts"

export const IntegrationsApi = HttpApiGroup.make("integrations")
  .add(
    HttpApiEndpoint.get("list", "/v1/users/:user/integrations", {
      params: ofUser,
      query: {
        provider: Schema.optionalKey(ProviderId),
        status: Schema.optionalKey(ShownStatus),
        ...pageQuery
      },
      success: pageOf(IntegrationView),
      error: onUsers
    }).annotate(OpenApi.Summary, "List a user's integrations, the oldest first"),
    HttpApiEndpoint.get("get", "/v1/users/:user/integrations/:id", {
      params: ofIntegration,
      success: IntegrationView,
      error: onUsers
    }).annotate(OpenApi.Summary, "Show an integration"),
    HttpApiEndpoint.delete("disconnect", "/v1/users/:user/integrations/:id", {
      params: ofIntegration,
      query: { confirm: Schema.optionalKey(Schema.Literal("shared")) },
      success: DisconnectionView,
      error: [...onUsers, Problems.shared_grant]
    }).annotate(OpenApi.Summary, "Disconnect it: destroy its tokens and revoke its grant; repeating changes nothing")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Integrations")
