import { Effect } from "effect"
import type { CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"
import { authorize, exchange } from "../Journey.ts"
import { usesPkce } from "../Traits.ts"

/** @see RFC 9700 §4.5 */
export const stolenCode: CaseGroup = {
  title: "a code of another flow",
  cases: [
    {
      name: "is worth nothing in this one",
      applies: usesPkce,
      run: (world) =>
        Effect.gen(function* () {
          const [mine, theirs] = [yield* authorize(world), yield* authorize(world)]
          yield* failsWith(
            "an exchange of another flow's code",
            "GrantRefused",
            exchange(world, { ...mine, code: theirs.code })
          )
        })
    }
  ]
}
