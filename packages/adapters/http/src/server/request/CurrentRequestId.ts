import { Context, Effect } from "effect"
import type { SecureRandom } from "effect/crypto"
import type { HttpServerRequest } from "effect/http"

/** Names the request being handled in its answer, its problem and its log lines. */
export const CurrentRequestId = Context.Reference<string>("@oauth-manager/http/server/request/CurrentRequestId", {
  defaultValue: () => "none"
})

const acceptable = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own id where it is harmless to repeat, else a new one. */
export const requestIdOf = (
  request: HttpServerRequest.HttpServerRequest,
  random: SecureRandom.SecureRandom["Service"]
): Effect.Effect<string> => {
  const sent = request.headers["x-request-id"]
  return sent !== undefined && acceptable.test(sent) ? Effect.succeed(sent) : random.uuidV7()
}
