import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import type { ProviderEndpoints } from "./ProviderEndpoints.ts"

/** The application/x-www-form-urlencoded algorithm, which leaves `-`, `.` and `_` as they are. */
const formEncode = (value: string): string => new URLSearchParams([["", value]]).toString().slice(1)

/**
 * HTTP Basic with id and secret form-encoded. oauth4webapi's own escapes more than the algorithm does, which servers
 * that compare without decoding refuse.
 *
 * @see RFC 6749 §2.3.1 and Appendix B
 */
const basic =
  (secret: string): oauth.ClientAuth =>
  (_server, client, _body, headers) =>
    headers.set("authorization", `Basic ${btoa(`${formEncode(client.client_id)}:${formEncode(secret)}`)}`)

type Method = ProviderDefinition["clientAuthentication"]

const other: Record<Method, Method> = {
  client_secret_basic: "client_secret_post",
  client_secret_post: "client_secret_basic"
}

/** The plugin's method, unless the issuer's metadata offer only the other. */
const method = (wanted: Method, endpoints: ProviderEndpoints): Method => {
  const offered = Option.getOrUndefined(endpoints.metadata)?.clientAuthentication
  return offered === undefined || offered.includes(wanted) || !offered.includes(other[wanted]) ? wanted : other[wanted]
}

export const make = (
  wanted: Method,
  endpoints: ProviderEndpoints,
  secret: Redacted.Redacted<string>
): oauth.ClientAuth =>
  method(wanted, endpoints) === "client_secret_basic"
    ? basic(Redacted.value(secret))
    : oauth.ClientSecretPost(Redacted.value(secret))
