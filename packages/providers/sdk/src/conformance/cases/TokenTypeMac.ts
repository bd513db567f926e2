import type { CaseGroup } from "../Case.ts"
import { unusable } from "../MalformedTokens.ts"
import { looksAt } from "../simulator/TokenShape.ts"

/** @see RFC 6749 §7.1 */
export const tokenTypeMac: CaseGroup = {
  title: "a success of another kind, since its",
  cases: ({ options, truth }) =>
    looksAt(truth, options.documentedTokens ?? [], "token_type")
      ? ["mac", "DPoP"].map((type) => unusable(`token type is ${type}`, (body) => ({ ...body, token_type: type })))
      : []
}
