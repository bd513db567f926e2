import { Scope } from "@oauth-manager/domain"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { ofIntegration } from "./Identifiers.ts"
import { onBodies, onTokens, onUsers, Problems } from "./problems/Problems.ts"
import { text } from "./Text.ts"
import { RefreshedTokenView, TokenView } from "./TokenView.ts"

const MinTtl = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 3600 }, { message: "must be whole seconds from 0 to 3600" })
)

/** `min_ttl`: for how many seconds the token must still live. `purpose` goes on the audit trail. */
export const ReadTokenBody = Schema.Struct({
  min_ttl: Schema.optionalKey(MinTtl),
  scopes: Schema.optionalKey(Schema.Array(Scope).check(Schema.isMaxLength(100))),
  purpose: Schema.optionalKey(text(200))
}).annotate({ identifier: "ReadToken" })

/** No instructions are known: an empty struct would take any value. */
const RefreshTokenBody = Schema.Record(Schema.String, Schema.Never).annotate({ identifier: "RefreshToken" })

/** What the tenant's policy keeps from the caller. */
const onReleases = [Problems.scope_not_allowed, Problems.token_too_wide] as const

/** The body may be left out. */
const optionalBody = OpenApi.annotations({
  transform: (operation) => ({ ...operation, requestBody: { ...operation["requestBody"], required: false } })
})

export const TokensApi = HttpApiGroup.make("tokens")
  .add(
    HttpApiEndpoint.post("read", "/v1/users/:user/integrations/:id/token", {
      params: ofIntegration,
      payload: [ReadTokenBody, Schema.Null],
      success: TokenView,
      error: [
        ...onUsers,
        ...onBodies,
        ...onTokens,
        Problems.scope_not_granted,
        Problems.purpose_required,
        ...onReleases
      ]
    })
      .annotate(OpenApi.Summary, "Read an access token, renewed first where it would not live for min_ttl")
      .annotateMerge(optionalBody),
    HttpApiEndpoint.post("refresh", "/v1/users/:user/integrations/:id/refresh", {
      params: ofIntegration,
      payload: [RefreshTokenBody, Schema.Null],
      success: RefreshedTokenView,
      error: [...onUsers, ...onBodies, ...onTokens, Problems.scope_not_granted, ...onReleases]
    })
      .annotate(OpenApi.Summary, "Renew the token now")
      .annotateMerge(optionalBody)
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Tokens")
