import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Problems } from "./problems/Problems.ts"

export const HealthApi = HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("live", "/health/live", {
      success: Schema.Struct({ status: Schema.Literal("ok") })
    }).annotate(OpenApi.Summary, "Does the process answer?"),
    HttpApiEndpoint.get("ready", "/health/ready", {
      success: Schema.Struct({
        status: Schema.Literal("ready"),
        checks: Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.Literals(["ok", "failing"]) }))
      }),
      error: Problems.not_ready
    }).annotate(OpenApi.Summary, "Can it serve requests?")
  )
  .annotate(OpenApi.Title, "Health")
