import { Effect, Result } from "effect"
import type { CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { granted, grantFor, stranger } from "../GrantedScopes.ts"
import { hasScopes } from "../Traits.ts"

/** @see RFC 6749 §3.3 */
export const widenedScopes: CaseGroup = {
  title: "scopes",
  cases: [
    {
      name: "that nobody asked for are no part of the grant",
      applies: hasScopes,
      run: (world) =>
        Effect.gen(function* () {
          const result = yield* grantFor(world, [...world.request.scopes, stranger])
          yield* holds(
            !granted(result).some((scope) => scope === stranger),
            `${stranger} was never asked for, but counts as granted`
          )
          yield* holds(Result.isFailure(result), `${stranger} was never asked for, but its grant goes unnoticed`)
        })
    }
  ]
}
