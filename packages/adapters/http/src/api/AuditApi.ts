import { UserId } from "@oauth-manager/domain"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { AuditEventView, AuditVerificationView } from "./AuditEventView.ts"
import { Authentication } from "./Authentication.ts"
import { ofUser } from "./Identifiers.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onDeployment, onUsers } from "./problems/Problems.ts"
import { Time } from "./Time.ts"

/** From `from` on, and before `to`. */
const period = { from: Schema.optionalKey(Time), to: Schema.optionalKey(Time) }

export const AuditApi = HttpApiGroup.make("audit")
  .add(
    HttpApiEndpoint.get("ofUser", "/v1/users/:user/audit-events", {
      params: ofUser,
      query: pageQuery,
      success: pageOf(AuditEventView),
      error: onUsers
    }).annotate(OpenApi.Summary, "List the events about the user, whoever acted, the newest first"),
    HttpApiEndpoint.get("list", "/v1/audit-events", {
      query: {
        ...pageQuery,
        ...period,
        user: Schema.optionalKey(UserId),
        action: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(64)))
      },
      success: pageOf(AuditEventView),
      error: onDeployment
    }).annotate(OpenApi.Summary, "List the events of the tenant, the newest first"),
    HttpApiEndpoint.get("export", "/v1/audit-events/export", {
      query: period,
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "application/x-ndjson" })),
      error: onDeployment
    }).annotate(
      OpenApi.Summary,
      "Give the sealed events of the tenant as lines of JSON, with their places in the chain"
    ),
    HttpApiEndpoint.get("verify", "/v1/audit-events/verification", {
      success: AuditVerificationView,
      error: onDeployment
    }).annotate(OpenApi.Summary, "Look whether the trail is what was written, and say where it is not")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Audit trail")
