import type { ProviderManifest } from "@oauth-manager/provider-sdk"

export const notices: NonNullable<ProviderManifest["notices"]> = [
  {
    code: "capabilities",
    text: "Notion has no scopes: what a connection may do is settled in Notion's portal, and a change there asks every user to authorize again."
  },
  {
    code: "page_picker",
    text: "Users choose the pages that a connection reaches. What was not shared answers 404 object_not_found; running the flow again lets them choose anew."
  },
  {
    code: "own_connection",
    text: "Each member of a workspace connects separately, and only the one who did can manage or withdraw the connection."
  },
  {
    code: "no_expiry",
    text: "Notion does not say how long tokens live. They are refreshed once Notion refuses one with 401."
  },
  {
    code: "rotation",
    text: "Each refresh gives a new pair. Notion does not document what becomes of the old one, so that it counts as dead; since 8 June 2026 new connections also get a new pair at each authorization."
  },
  {
    code: "revocation_of_pair",
    text: "Notion does not document whether revoking one token of a pair ends the other: both are revoked, and the second may be dead already."
  },
  {
    code: "request_limits",
    text: "Notion allows a connection 180 requests a minute (600 in Business and Enterprise plans), with a further limit for the workspace."
  }
]
