import { Schema } from "effect"
import { Url } from "./Text.ts"

/** Does revoking end that authorization alone, or all that the account ever granted to the product? */
const reach = Schema.Literals(["token", "grant"])

/** Which tokens are sent: the refresh token (where there is none, the access token), the access token, or both, the access token first. */
const tokens = Schema.optionalKey(Schema.Literals(["refresh_token", "access_token", "both"]))

export const Revocation = Schema.Union([
  /** RFC 7009. */
  Schema.Struct({ kind: Schema.Literal("rfc7009"), reach, tokens }),
  /** A request of the provider's own; the client authenticates by HTTP Basic. */
  Schema.Struct({
    kind: Schema.Literal("request"),
    reach,
    tokens,
    method: Schema.Literals(["POST", "DELETE"]),
    /** `{client_id}` is filled in; the endpoint `revocation` where it is absent. */
    url: Schema.optionalKey(Url),
    /** Its members; the value `{token}` is the token. Encoded as `tokenRequests` says. */
    body: Schema.Record(Schema.String, Schema.String),
    encoding: Schema.optionalKey(Schema.Literals(["form", "json"])),
    /** Statuses by which the provider says that the token was dead already. */
    gone: Schema.optionalKey(Schema.Array(Schema.Int))
  }),
  /** The provider cannot be told: the tokens are destroyed here, and `links.manageAccess` is where the user withdraws. */
  Schema.Struct({ kind: Schema.Literal("unsupported") })
])
export type Revocation = typeof Revocation.Type

/** Providers whose revocation ends one and the same grant: that of a person to a project at one authorization server. */
export const SharedGrant = Schema.Struct({
  /** Plugins that name the same group share the authorization server's grants. */
  group: Schema.String.check(
    Schema.isPattern(/^[a-z][a-z0-9-]{0,63}$/, { message: "must be lower-case letters, digits or hyphens" })
  ),
  /** A regular expression whose first group is the project in a client id; the whole client id where it is absent or does not match. */
  project: Schema.optionalKey(Schema.NonEmptyString)
})
export type SharedGrant = typeof SharedGrant.Type
