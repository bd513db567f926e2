import { randomUUID } from "node:crypto"
import { challengeIn } from "../Codes.ts"
import type { Client } from "../Credentials.ts"
import { page, redirect, type Reply } from "../Reply.ts"
import { describe } from "./MicrosoftErrors.ts"
import { parse, unknownAmong } from "./MicrosoftScopes.ts"

const errorPage = (number: number, text: string): Reply =>
  page(400, `Sorry, we can't sign you in. AADSTS${number}: ${text}`)

/** The redirect back with an error, whose description alone tells the number. */
export const redirected = (parameters: URLSearchParams, error: string, number: number, text: string): Reply =>
  redirect(parameters.get("redirect_uri") ?? "", {
    error,
    error_description: describe(number, text, randomUUID(), randomUUID()),
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    state: parameters.get("state") ?? undefined
  })

const named: ReadonlySet<string> = new Set(["common", "organizations", "consumers"])
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface Authority {
  /** The segment of the path. */
  readonly tenant: string
  readonly domains: ReadonlyMap<string, string>
  /** The tenant of an application that is not registered for others. */
  readonly singleTenant: string | undefined
}

const refusedAuthority = ({ domains, singleTenant, tenant }: Authority): Reply | undefined => {
  if (!named.has(tenant) && !guid.test(tenant) && !domains.has(tenant)) {
    return errorPage(90002, `Tenant '${tenant}' not found.`)
  }
  return singleTenant !== undefined && named.has(tenant)
    ? errorPage(50194, "The application is not configured as a multi-tenant application.")
    : undefined
}

const prompts: ReadonlySet<string> = new Set(["login", "none", "consent", "select_account"])

/** What becomes of a request that is wrong: a page where the redirect URI cannot be trusted, else a redirect. */
export const refusedRequest = (
  client: Client | undefined,
  parameters: URLSearchParams,
  authority: Authority
): Reply | undefined => {
  const prompt = parameters.get("prompt")
  const scopes = parse(parameters.get("scope") ?? "")
  const back = (error: string, number: number, text: string) => redirected(parameters, error, number, text)
  if (!parameters.has("client_id")) return errorPage(900144, "The request must contain 'client_id'.")
  if (client === undefined) return errorPage(700016, "The application was not found in the directory.")
  if (!client.redirectUris.includes(parameters.get("redirect_uri") ?? "")) {
    return errorPage(50011, "The redirect URI specified in the request does not match the ones configured.")
  }
  const refused = refusedAuthority(authority)
  if (refused !== undefined) return refused
  if (parameters.get("response_type") !== "code") {
    return back("unsupported_response_type", 70005, "The response type is not supported.")
  }
  if ((parameters.get("response_mode") ?? "query") !== "query") {
    return page(200, "<form method=post></form> which a browser without scripts does not send")
  }
  if (scopes.length === 0) return back("invalid_request", 900144, "The request must contain 'scope'.")
  if (unknownAmong(scopes).length > 0)
    return back("invalid_scope", 70011, "The provided value for 'scope' is not valid.")
  if (prompt !== null && !prompts.has(prompt)) return back("invalid_request", 90023, "Unsupported 'prompt' value.")
  if (prompt === "select_account" && parameters.has("login_hint")) {
    return back("invalid_request", 90023, "'login_hint' cannot be used with 'select_account'.")
  }
  return challengeIn(parameters) === "invalid"
    ? back("invalid_request", 501491, "Invalid size of Code_Challenge parameter.")
    : undefined
}
