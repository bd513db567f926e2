import { NotFound } from "@oauth-manager/application"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import * as BearerAuthentication from "../authentication/BearerAuthentication.ts"
import type { Refusal } from "../problems/Refusal.ts"
import type { Refused } from "../problems/Refusals.ts"
import { refusalOf } from "../problems/Refuse.ts"
import { MethodNotAllowed } from "../problems/RequestFailures.ts"
import { invalidRequest } from "../problems/RequestDefect.ts"
import { allowedMethods, type Route } from "./Routing.ts"

const isGuarded = (url: string): boolean => /^\/v1(?![^/?#;])(?!\/callback\/)/.test(url)

const isDecodable = (url: string): boolean => {
  try {
    decodeURIComponent(url.split(/[?#;]/, 1)[0] ?? "")
    return true
  } catch {
    return false
  }
}

const refuse = (failure: Refused): Effect.Effect<Refusal> => Effect.succeed(refusalOf(failure))

/** What to tell the caller of a path and method that are no route: under /v1, only one who is known. */
export const make = (routes: ReadonlyArray<Route>) =>
  Effect.map(BearerAuthentication.make, (authenticate) => {
    const allowed = allowedMethods(routes)
    const known = Effect.asVoid(authenticate)

    const answer = (url: string): Effect.Effect<Refusal> => {
      if (!isDecodable(url)) {
        return Effect.succeed(invalidRequest([{ path: "path", message: "must be percent-encoded UTF-8" }]))
      }
      const methods = allowed(url)
      return refuse(methods.length > 0 ? new MethodNotAllowed({ allowed: methods }) : new NotFound())
    }

    return ({ url }: HttpServerRequest.HttpServerRequest) =>
      isGuarded(url) ? Effect.matchEffect(known, { onFailure: refuse, onSuccess: () => answer(url) }) : answer(url)
  })
