import { Schema } from "effect"
import { Url } from "./Text.ts"

export const Endpoints = Schema.Struct({
  authorization: Url,
  token: Url,
  /** RFC 7009, or the provider's own as `revocation` describes it. */
  revocation: Schema.optionalKey(Url),
  /** RFC 7662. */
  introspection: Schema.optionalKey(Url),
  /** OpenID Connect Core §5.3, or whatever answers who the bearer of a token is. */
  userinfo: Schema.optionalKey(Url),
  /** The keys that sign ID tokens (RFC 7517). */
  jwks: Schema.optionalKey(Url)
})

/** Where the provider is: written down, or read from the issuer's metadata (OpenID Connect Discovery 1.0). */
export const Location = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("endpoints"), issuer: Schema.optionalKey(Url), endpoints: Endpoints }),
  Schema.Struct({ kind: Schema.Literal("discovery"), issuer: Url })
])
export type Location = typeof Location.Type

/** The API that the tokens are for: its base, and every host that a token may be shown to. */
export const Api = Schema.Struct({
  baseUrl: Url,
  hosts: Schema.optionalKey(
    Schema.Array(
      Schema.String.check(Schema.isPattern(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { message: "must be a host name" }))
    )
  )
})
