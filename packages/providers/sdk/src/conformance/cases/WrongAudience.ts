import type { CaseGroup } from "../Case.ts"
import { saying } from "../IdTokenTampering.ts"

/** @see OpenID Connect Core §3.1.3.7 */
export const wrongAudience: CaseGroup = {
  title: "audience:",
  cases: [
    saying("is for another client", () => ({ aud: "another-client" })),
    saying("is for nobody", () => ({ aud: undefined })),
    saying("is for several clients, and given to another", ({ aud }) => ({
      aud: [aud, "another-client"],
      azp: "another-client"
    }))
  ]
}
