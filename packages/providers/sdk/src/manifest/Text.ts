import { Result, Schema } from "effect"

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Settings and variables stand in braces; they are filled in before the URL is used. */
const withoutPlaceholders = (value: string): string => value.replaceAll(/\{[a-z][a-z0-9_]*\}/g, "x")

const isSecureUrl = (value: string): boolean => {
  const url = URL.parse(withoutPlaceholders(value))
  if (url === null || /[\s\\]/.test(value)) return false
  if (url.username !== "" || url.password !== "" || value.includes("#")) return false
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))
}

/** An absolute https URL; http for loopback alone. */
export const Url = Schema.String.check(
  Schema.makeFilter(isSecureUrl, {
    message: "must be an absolute https:// URL without user and fragment (http:// on loopback alone)"
  })
)

export const isRegularExpression = (value: string): boolean =>
  Result.isSuccess(Result.try({ try: () => new RegExp(value, "u"), catch: () => undefined }))

/** A line that people read. */
export const Line = Schema.String.check(
  Schema.makeFilter((value) => value.trim() !== "" && value.length <= 500 && !/[\p{Cc}\p{Cs}]/u.test(value), {
    message: "must be 1 to 500 characters of one line"
  })
)

/** A name in the closed sets that a plugin declares. */
export const Code = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9_]{0,63}$/, { message: "must be lower-case words joined by underscores" })
)

/** Members of a JSON value from its root, joined by dots; digits are positions in arrays: `items.0.id`. */
export const Path = Schema.String.check(
  Schema.isPattern(/^[\w-]+(\.[\w-]+){0,7}$/, {
    message: "must be names of members joined by dots, such as items.0.id"
  })
)

export const Seconds = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 315_360_000 }, { message: "must be whole seconds from 1 to 315360000" })
)

const headerName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/
const headerValue = /^[\x20-\x7E]{1,256}$/
const ownHeaders = new Set([
  "accept-encoding",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

/** Request headers beside those that the protocol needs. */
export const Headers = Schema.Record(Schema.String, Schema.String).check(
  Schema.makeFilter((headers) =>
    Object.entries(headers).flatMap(([name, value]): ReadonlyArray<Schema.FilterIssue> => {
      if (!headerName.test(name)) return [{ path: [name], issue: "must be named by letters, digits and hyphens" }]
      if (ownHeaders.has(name.toLowerCase())) return [{ path: [name], issue: "is a header that the service sets" }]
      return headerValue.test(value) ? [] : [{ path: [name], issue: "must be 1 to 256 printable ASCII characters" }]
    })
  )
)

const ownParameters = new Set([
  "client_id",
  "client_secret",
  "code_challenge",
  "code_challenge_method",
  "nonce",
  "redirect_uri",
  "request",
  "request_uri",
  "response_type",
  "scope",
  "state"
])

/** Parameters of the authorization request beside those that the protocol needs. */
export const Parameters = Schema.Record(Schema.String, Schema.String).check(
  Schema.makeFilter((parameters) =>
    Object.keys(parameters)
      .filter((name) => ownParameters.has(name))
      .map((name): Schema.FilterIssue => ({ path: [name], issue: "is a parameter that the service sets" }))
  )
)
