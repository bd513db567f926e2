import { Effect } from "effect"
import type { CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"
import { withoutPath } from "../JsonTree.ts"
import { attempt } from "../Journey.ts"
import { all, hasUserinfo, needsIdToken } from "../Traits.ts"

/** @see OpenID Connect Core §5.3.2 */
export const otherSubject: CaseGroup = {
  title: "another subject",
  cases: [
    {
      name: "in the userinfo than in the ID token is nobody",
      applies: all(needsIdToken, hasUserinfo),
      run: (world) =>
        Effect.gen(function* () {
          world.simulation.claims = (claims) => ["email", "name"].reduce(withoutPath, claims)
          world.simulation.account = (body) => ({ ...body, sub: "somebody-else" })
          yield* failsWith(
            "an exchange whose userinfo is about another subject",
            "IdentityRejected",
            yield* attempt(world)
          )
        })
    }
  ]
}
