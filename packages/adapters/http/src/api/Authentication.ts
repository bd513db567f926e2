import type { Caller } from "@oauth-manager/domain"
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { Problems } from "./problems/Problems.ts"

/** Who makes the request being handled. */
export class CurrentCaller extends Context.Service<CurrentCaller, Caller>()(
  "@oauth-manager/http/api/Authentication/CurrentCaller"
) {}

/** Requires a JWT of the product's own auth service, before anything else of the request is looked at. */
export class Authentication extends HttpApiMiddleware.Service<Authentication, { provides: CurrentCaller }>()(
  "@oauth-manager/http/api/Authentication",
  {
    security: {
      bearer: HttpApiSecurity.bearer.pipe(
        HttpApiSecurity.annotateMerge(
          OpenApi.annotations({ format: "JWT", description: "A JWT of the product's own auth service." })
        )
      )
    },
    error: [
      Problems.authentication_required,
      Problems.invalid_token,
      Problems.rate_limited,
      Problems.authentication_unavailable
    ]
  }
) {}
