import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { NotReady } from "../problems/RequestFailures.ts"
import { Readiness } from "../Readiness.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const { checks } = yield* Readiness
    const ready = Effect.forEach(
      checks,
      ({ name, check, mayFail }) =>
        check.pipe(
          Effect.timeout("5 seconds"),
          Effect.as({ name, status: "ok" as const }),
          Effect.catchCause(() =>
            mayFail === true
              ? Effect.succeed({ name, status: "failing" as const })
              : Effect.fail(new NotReady({ failing: name }))
          )
        ),
      { concurrency: "unbounded" }
    ).pipe(
      Effect.map((passed) => ({ status: "ready" as const, checks: passed })),
      refusing
    )
    return handlers.handleAll({
      live: () => Effect.succeed({ status: "ok" as const }),
      ready: () => ready
    })
  })
)
