import type { CaseGroup } from "../Case.ts"
import { saying } from "../IdTokenTampering.ts"

/** @see OpenID Connect Core §2 */
export const expiredIdToken: CaseGroup = {
  title: "times:",
  cases: [
    saying("ended two minutes ago", ({ iat }) => ({ exp: Number(iat) - 120 })),
    saying("has no end", () => ({ exp: undefined })),
    saying("begins in an hour", ({ iat }) => ({ nbf: Number(iat) + 3600 })),
    saying("tells no time of issue", () => ({ iat: undefined }))
  ]
}
