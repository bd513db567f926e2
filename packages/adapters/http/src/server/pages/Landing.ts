import { HttpRouter } from "effect/http"
import { page } from "./Page.ts"

/** Where development sends browsers back to, until an application of one's own does better. */
export const layer = HttpRouter.add(
  "GET",
  "/",
  page("Back from the provider", [
    "The address bar now holds what an application would read: <code>authorization_id</code>, and either "
      + "<code>completion_token</code> or <code>error</code>.",
    "To finish, send the token as the user who began: <code>POST /v1/users/me/authorizations/{authorization_id}/complete</code> "
      + 'with the body <code>{"completion_token": "…"}</code>.',
    "This page is shown in development only."
  ])
)
