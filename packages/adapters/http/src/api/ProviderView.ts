import { FeatureId, ProviderId, Scope, Sensitivity } from "@oauth-manager/domain"
import { Schema } from "effect"

export const LinkView = Schema.Struct({ title: Schema.String, url: Schema.String }).annotate({ identifier: "Link" })

const described = { title: Schema.String, description: Schema.String, sensitivity: Sensitivity }

/**
 * A provider, and what can be asked of it. `configured` is false where the deployment has no credentials for it.
 * A feature is as sensitive as the most sensitive of its scopes. `registered_capabilities` take the place of scopes where the provider has none: they are settled at the provider, by
 * whoever registered the product there. `brand.logo_svg` is null where the licence does not let everybody show it.
 */
export const ProviderView = Schema.Struct({
  id: ProviderId,
  name: Schema.String,
  configured: Schema.Boolean,
  scopes: Schema.Array(Schema.Struct({ value: Scope, ...described })),
  features: Schema.Array(
    Schema.Struct({ id: FeatureId, title: Schema.String, scopes: Schema.Array(Scope), sensitivity: Sensitivity })
  ),
  registered_capabilities: Schema.Array(Schema.Struct({ value: Schema.String, ...described })),
  capabilities: Schema.Struct({
    pkce: Schema.Boolean,
    refresh: Schema.Boolean,
    revocation: Schema.Boolean,
    incremental_authorization: Schema.Boolean
  }),
  links: Schema.Struct({ documentation: Schema.NullOr(Schema.String), manage_access: Schema.Array(LinkView) }),
  brand: Schema.Struct({ color: Schema.String, monogram: Schema.String, logo_svg: Schema.NullOr(Schema.String) }),
  api: Schema.NullOr(Schema.Struct({ base_url: Schema.String, hosts: Schema.Array(Schema.String) })),
  notices: Schema.Array(Schema.Struct({ code: Schema.String, text: Schema.String }))
}).annotate({ identifier: "Provider" })
export type ProviderView = typeof ProviderView.Type
