import { Effect } from "effect"
import type { CaseGroup } from "../Case.ts"
import { failsWith, succeeds } from "../Expectation.ts"
import { authorize, exchange } from "../Journey.ts"

/** @see RFC 6749 §4.1.2 */
export const replayedCode: CaseGroup = {
  title: "a code that was redeemed",
  cases: [
    {
      name: "is refused the second time",
      run: (world) =>
        Effect.gen(function* () {
          const authorized = yield* authorize(world)
          yield* succeeds("the exchange of a code", exchange(world, authorized))
          yield* failsWith("a second exchange of the same code", "GrantRefused", exchange(world, authorized))
        })
    }
  ]
}
