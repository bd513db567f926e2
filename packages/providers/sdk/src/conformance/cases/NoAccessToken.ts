import type { CaseGroup } from "../Case.ts"
import { withoutPath } from "../JsonTree.ts"
import { unusable } from "../MalformedTokens.ts"

/** @see RFC 6749 §5.1 */
export const noAccessToken: CaseGroup = {
  title: "a success that is none, since its",
  cases: [
    unusable("access token is missing", (body) => withoutPath(body, "access_token")),
    unusable("access token is null", (body) => ({ ...body, access_token: null })),
    unusable("access token is empty", (body) => ({ ...body, access_token: "" })),
    unusable("access token is a list", (body) => ({ ...body, access_token: [body["access_token"]] })),
    unusable("access token has line breaks", (body) => ({ ...body, access_token: "a\r\nSet-Cookie: b=c" }))
  ]
}
