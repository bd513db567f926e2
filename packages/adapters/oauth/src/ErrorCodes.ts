import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Option } from "effect"

/** What a token endpoint may answer by RFC 6749 §5.2, RFC 8707 §2, RFC 9449 §5 and §8, and by its misuse of RFC 6749 §4.1.2.1. */
const standard: ReadonlySet<string> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "access_denied",
  "redirect_uri_mismatch",
  "invalid_target",
  "invalid_dpop_proof",
  "use_dpop_nonce"
])

/** A code that the plugin or a standard names, which may be recorded; no other text of a provider is. */
export const recordable = ({ errors }: ProviderDefinition, code: string | undefined): Option.Option<string> =>
  Option.filter(
    Option.fromUndefinedOr(code),
    (found) => standard.has(found) || errors?.rules.some(({ error }) => error?.includes(found) === true) === true
  )
