import { challengeIn } from "../Codes.ts"
import type { Client } from "../Credentials.ts"
import { page, type Reply } from "../Reply.ts"
import { type GoogleChoice, type GoogleGrant, projectOf, type YouTubeChannel } from "./GoogleAccount.ts"
import { isSignIn, parse, unknownAmong, youtubeScopes } from "./GoogleScopes.ts"

const error = (status: number, code: string, text: string): Reply =>
  page(status, `Access blocked: ${text} Error ${status}: ${code}`)

const prompts: ReadonlySet<string> = new Set(["none", "consent", "select_account"])

const isPrompt = (prompt: string): boolean => {
  const values = prompt.split(" ").filter((value) => value !== "")
  return values.every((value) => prompts.has(value)) && (values.length < 2 || !values.includes("none"))
}

/** What Google shows instead of a consent page where the request is wrong. */
export const refusedRequest = (client: Client | undefined, parameters: URLSearchParams): Reply | undefined => {
  const scopes = parse(parameters.get("scope") ?? "")
  const repeated = [...new Set(parameters.keys())].filter((name) => parameters.getAll(name).length > 1)
  if (!parameters.has("client_id")) return error(400, "invalid_request", "Missing required parameter: client_id.")
  if (client === undefined) return error(401, "invalid_client", "The OAuth client was not found.")
  if (!client.redirectUris.includes(parameters.get("redirect_uri") ?? "")) {
    return error(400, "redirect_uri_mismatch", "The redirect URI in the request does not match the ones authorized.")
  }
  if (repeated.length > 0) return error(400, "invalid_request", `Repeated parameter: ${repeated.join(", ")}.`)
  if (parameters.get("response_type") !== "code") {
    return error(400, "unsupported_response_type", `Invalid response_type: ${parameters.get("response_type")}.`)
  }
  if (scopes.length === 0) return error(400, "invalid_request", "Missing required parameter: scope.")
  if (unknownAmong(scopes).length > 0) {
    return error(400, "invalid_scope", `Some requested scopes were invalid. {invalid=[${unknownAmong(scopes)}]}`)
  }
  if (!["online", "offline"].includes(parameters.get("access_type") ?? "online")) {
    return error(400, "invalid_request", "Invalid parameter value for access_type.")
  }
  if (!isPrompt(parameters.get("prompt") ?? ""))
    return error(400, "invalid_request", "Invalid parameter value for prompt.")
  return challengeIn(parameters) === "invalid"
    ? error(400, "invalid_request", "Invalid parameter value for code_challenge.")
    : undefined
}

/** What an account granted to a project before: by client, since each keeps a grant of its own within the shared one. */
export interface ProjectGrant {
  readonly scopes: Map<string, ReadonlyArray<string>>
  readonly channels: Map<string, YouTubeChannel>
}

const ticked = (requested: ReadonlyArray<string>, { grant }: GoogleChoice): ReadonlyArray<string> => {
  const left = grant === undefined ? requested : grant.flatMap(parse)
  return requested.filter((scope) => isSignIn(scope) || left.includes(scope))
}

/** YouTube asks which channel only on the first authorization, or where the account is to be selected. */
const pickChannel = (
  scopes: ReadonlyArray<string>,
  prompt: string,
  choice: GoogleChoice,
  before: YouTubeChannel | undefined
): YouTubeChannel | undefined => {
  if (!scopes.some((scope) => youtubeScopes.has(scope))) return undefined
  if (before !== undefined && !prompt.includes("select_account")) return before
  const { channels = [] } = choice.account
  return channels.find(({ id }) => id === (choice.channel ?? id))
}

/** Joins what was granted now to what was granted before. */
export const decide = (
  client: Client,
  parameters: URLSearchParams,
  choice: GoogleChoice,
  before: ProjectGrant
): GoogleGrant => {
  const prompt = parameters.get("prompt") ?? ""
  const now = ticked(parse(parameters.get("scope") ?? ""), choice)
  const known = before.scopes.get(client.id)
  const earlier = parameters.get("include_granted_scopes") === "true" ? [...before.scopes.values()] : []
  const scopes = [...new Set([...now, ...earlier.flat()])]
  const channel = pickChannel(scopes, prompt, choice, before.channels.get(client.id))
  before.scopes.set(client.id, [...(known ?? []), ...now])
  if (channel !== undefined) before.channels.set(client.id, channel)
  return {
    clientId: client.id,
    project: projectOf(client.id),
    sub: choice.account.sub,
    scopes,
    channel,
    offline: parameters.get("access_type") === "offline",
    consented: known === undefined || prompt.includes("consent"),
    nonce: parameters.get("nonce") ?? undefined,
    accessFor: choice.accessFor
  }
}
