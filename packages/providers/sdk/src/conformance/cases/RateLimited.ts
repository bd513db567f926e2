import { Duration, Effect, Option } from "effect"
import type { CaseGroup } from "../Case.ts"
import { equals } from "../Expectation.ts"
import { reply } from "../simulator/Answer.ts"
import { allFail } from "../TokenRequests.ts"

/** @see RFC 9110 §10.2.3 */
export const rateLimited: CaseGroup = {
  title: "429",
  cases: [
    {
      name: "is waited for as long as the provider asks",
      run: (world) =>
        Effect.gen(function* () {
          const failures = yield* allFail(world, "the provider answers 429", "ProviderUnavailable", () =>
            reply(429, "", { "retry-after": "7" })
          )
          for (const failure of failures) {
            const wait = failure._tag === "ProviderUnavailable" ? failure.retryAfter : Option.none()
            yield* equals("the seconds to wait", Option.getOrNull(Option.map(wait, Duration.toSeconds)), 7)
          }
        })
    }
  ]
}
