import { Schema } from "effect"
import { Code, Headers, Line, Path } from "./Text.ts"

/**
 * Where in an answer the account stands. Several paths of `id` are joined by colons, those in them written `%3A`, and all
 * must be there.
 */
const account = {
  id: Schema.Union([Path, Schema.NonEmptyArray(Path)]),
  email: Schema.optionalKey(Path),
  name: Schema.optionalKey(Path)
}

/**
 * An answer by which the provider says that the account must first be set up there (a channel created, say): its status
 * and a code at a path, or a member that is missing or empty in a success.
 */
export const SetupRequired = Schema.Struct({
  /** For people: what the user must do at the provider. */
  text: Line,
  emptyAt: Schema.optionalKey(Path),
  error: Schema.optionalKey(
    Schema.Struct({ status: Schema.Int, path: Path, is: Schema.NonEmptyArray(Schema.NonEmptyString) })
  )
})
export type SetupRequired = typeof SetupRequired.Type

/** Other values of `iss` in ID tokens that the provider is known to write. */
const issuerAliases = Schema.optionalKey(Schema.Array(Schema.NonEmptyString))

/** How the account behind a grant is identified: never by an e-mail address, which can change hands. */
export const Identity = Schema.Union([
  /** By the ID token (OpenID Connect Core §2), fully verified; e-mail and name also from the userinfo endpoint. */
  Schema.Struct({
    kind: Schema.Literal("id_token"),
    /** The claims that identify the account under its issuer; `sub` where it is absent. */
    id: Schema.optionalKey(account.id),
    email: account.email,
    name: account.name,
    issuerAliases,
    /** Claims that take the place of `{placeholders}` in the issuer, for one issuer a tenant. */
    issuerClaims: Schema.optionalKey(Schema.Record(Code, Schema.NonEmptyString))
  }),
  /** By the userinfo endpoint, asked with the access token. */
  Schema.Struct({ kind: Schema.Literal("userinfo"), ...account, headers: Schema.optionalKey(Headers) }),
  /** By a path of the provider's API, asked with the access token. The subject of an ID token, where one comes, is kept beside it. */
  Schema.Struct({
    kind: Schema.Literal("api"),
    path: Schema.String.check(
      Schema.isPattern(/^\/[^\s#]*$/, { message: "must be a path below the API's base URL, beginning with /" })
    ),
    ...account,
    headers: Schema.optionalKey(Headers),
    issuerAliases,
    setupRequired: Schema.optionalKey(SetupRequired)
  }),
  /** By the token response itself. */
  Schema.Struct({ kind: Schema.Literal("token_response"), ...account })
])
export type Identity = typeof Identity.Type
