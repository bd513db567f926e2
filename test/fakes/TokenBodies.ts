import type { TokenAnswer } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import { Option, Redacted, Schema } from "effect"

const Secret = Schema.RedactedFromValue(Schema.String)
const Lifetime = Schema.OptionFromOptionalKey(Schema.DurationFromMillis)

const Body = Schema.fromJsonString(
  Schema.Struct({
    accessToken: Schema.OptionFromOptionalKey(Secret),
    tokenType: Schema.String,
    refreshToken: Schema.OptionFromOptionalKey(Secret),
    expiresIn: Lifetime,
    refreshExpiresIn: Lifetime,
    scopes: Schema.OptionFromOptionalKey(Schema.Array(Scope))
  })
)

const encode = Schema.encodeSync(Body)
const decode = Schema.decodeUnknownOption(Body)

const nothing: typeof Body.Type = {
  accessToken: Option.none(),
  tokenType: "Bearer",
  refreshToken: Option.none(),
  expiresIn: Option.none(),
  refreshExpiresIn: Option.none(),
  scopes: Option.none()
}

/** The body that an answer of the scripted provider comes in, `accessToken` being none where nobody can use it. */
export const bodyOf = ({ accessToken, ...rest }: Partial<TokenAnswer>): Redacted.Redacted<string> =>
  Redacted.make(encode({ ...nothing, ...rest, accessToken: Option.fromUndefinedOr(accessToken) }))

/** What such a body holds: `accessToken` is absent where nobody can use it. */
export const readBody = (
  body: Redacted.Redacted<string>
): Omit<TokenAnswer, "accessToken"> & Partial<Pick<TokenAnswer, "accessToken">> => {
  const { accessToken, ...rest } = Option.getOrElse(decode(Redacted.value(body)), () => nothing)
  return Option.match(accessToken, { onNone: () => rest, onSome: (token) => ({ ...rest, accessToken: token }) })
}
