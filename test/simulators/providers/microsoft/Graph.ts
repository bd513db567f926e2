import { bearer } from "../Credentials.ts"
import { ok, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import type { Tokens } from "../Tokens.ts"
import { type MicrosoftGrant, subjectOf } from "./MicrosoftAccount.ts"
import { graphErrors } from "./MicrosoftErrors.ts"

/** As much of Microsoft Graph as tells who the bearer of a token is. */
export const person = (endpoint: "userinfo" | "me", request: Request, tokens: Tokens<MicrosoftGrant>): Reply => {
  const value = bearer(request)
  const token = tokens.find(value, "access")
  if (value === undefined) return graphErrors.noToken()
  if (token === undefined) return graphErrors.badToken()
  const { account, clientId } = token.grant
  const { email, name, oid, username } = account
  if (endpoint === "userinfo") return ok({ sub: subjectOf(account, clientId), name, email })
  if (!token.scopes.includes("User.Read")) return graphErrors.forbidden()
  return ok({ id: oid, displayName: name, mail: email ?? null, userPrincipalName: username })
}
