import { ok, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import type { Token } from "../Tokens.ts"
import type { GoogleGrant, YouTubeChannel } from "./GoogleAccount.ts"
import { channelScopes } from "./GoogleScopes.ts"
import { youtubeErrors } from "./YouTubeErrors.ts"

/** How the API says that an account has no channel: all three have been seen. */
export type WithoutChannel = "no_items" | "empty_items" | "signup_required"

const list = (channels: ReadonlyArray<object> | undefined): Reply =>
  ok({
    kind: "youtube#channelListResponse",
    etag: "RuuXzTIr0OoDqI4S0RU6n4FqKEM",
    pageInfo: { totalResults: channels?.length ?? 0, resultsPerPage: 5 },
    ...(channels === undefined ? {} : { items: channels })
  })

const resource = ({ id, title }: YouTubeChannel, parts: ReadonlyArray<string>) => ({
  kind: "youtube#channel",
  etag: "kuL0kDMkNQ1wbvyUCfYUWXlKoZE",
  id,
  ...(parts.includes("snippet")
    ? {
        snippet: { title, description: "", publishedAt: "2020-01-01T00:00:00Z", localized: { title, description: "" } }
      }
    : {})
})

/** `channels.list` with `mine`: the channel that was picked at consent, and no other of the account's. */
export const channelsList = (
  { parameters }: Request,
  token: Token<GoogleGrant> | undefined,
  withoutChannel: WithoutChannel
): Reply => {
  const parts = (parameters.get("part") ?? "").split(",").filter((part) => part !== "")
  if (token === undefined) return youtubeErrors.authError
  if (!token.scopes.some((scope) => channelScopes.has(scope))) return youtubeErrors.insufficientPermissions
  if (parts.length === 0) return youtubeErrors.missingParameter("part")
  if (parameters.get("mine") !== "true") return youtubeErrors.missingParameter("mine")
  const { channel } = token.grant
  if (channel !== undefined) return list([resource(channel, parts)])
  if (withoutChannel === "signup_required") return youtubeErrors.signupRequired
  return list(withoutChannel === "empty_items" ? [] : undefined)
}
