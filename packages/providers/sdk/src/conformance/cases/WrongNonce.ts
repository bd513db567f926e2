import type { CaseGroup } from "../Case.ts"
import { saying } from "../IdTokenTampering.ts"

/** @see OpenID Connect Core §3.1.3.7 */
export const wrongNonce: CaseGroup = {
  title: "nonce:",
  cases: [
    saying("repeats the nonce of another flow", () => ({ nonce: "another" })),
    saying("repeats no nonce", () => ({ nonce: undefined }))
  ]
}
