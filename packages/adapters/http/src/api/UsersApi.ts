import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { ErasedView, ErasingView } from "./ErasureView.ts"
import { ofUser } from "./Identifiers.ts"
import { pageQuery } from "./Paging.ts"
import { onUsers } from "./problems/Problems.ts"
import { UserExportView } from "./UserExportView.ts"

export const UsersApi = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("export", "/v1/users/:user/export", {
      params: ofUser,
      query: { cursor: pageQuery.cursor },
      success: UserExportView,
      error: onUsers
    }).annotate(OpenApi.Summary, "Give all that is held about a user, without its secrets"),
    HttpApiEndpoint.delete("erase", "/v1/users/:user", {
      params: ofUser,
      success: [ErasedView, ErasingView],
      error: onUsers
    }).annotate(
      OpenApi.Summary,
      "Erase a user: revoke at providers, then destroy all that names them; it cannot be undone"
    )
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Users")
