import { failed, type Reply } from "../Reply.ts"

interface Detail {
  readonly domain: string
  readonly reason: string
  readonly message: string
}

const bearerHeader = { locationType: "header", location: "Authorization" }

const error = (code: number, message: string, detail: Detail, place: object = {}): Reply =>
  failed(code, { error: { errors: [{ ...detail, ...place }], code, message } })

/** The error answers of the YouTube Data API that a connected account meets. */
export const youtubeErrors = {
  signupRequired: error(
    401,
    "Unauthorized",
    { domain: "youtube.header", reason: "youtubeSignupRequired", message: "Unauthorized" },
    bearerHeader
  ),
  authError: error(
    401,
    "Invalid Credentials",
    { domain: "global", reason: "authError", message: "Invalid Credentials" },
    bearerHeader
  ),
  insufficientPermissions: error(403, "Request had insufficient authentication scopes.", {
    domain: "global",
    reason: "insufficientPermissions",
    message: "Insufficient Permission"
  }),
  quotaExceeded: error(403, "The request cannot be completed because you have exceeded your quota.", {
    domain: "youtube.quota",
    reason: "quotaExceeded",
    message: "The request cannot be completed because you have exceeded your quota."
  }),
  missingParameter: (name: string): Reply =>
    error(400, `No value for ${name}`, { domain: "global", reason: "required", message: `Required parameter: ${name}` })
} as const
