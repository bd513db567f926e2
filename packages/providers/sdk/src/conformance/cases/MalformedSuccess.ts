import { Duration, Effect, Option } from "effect"
import type { Case, CaseGroup } from "../Case.ts"
import { equals } from "../Expectation.ts"
import { looksAt } from "../simulator/TokenShape.ts"
import { connect } from "../Journey.ts"

const tenYears = 315_360_000

const lifetimes: ReadonlyArray<readonly [expiresIn: unknown, seconds: number | undefined]> = [
  [null, undefined],
  ["3600", 3600],
  ["soon", undefined],
  [-1, undefined],
  [0, undefined],
  [59.9, 59],
  [1e308, tenYears],
  [{ seconds: 3600 }, undefined]
]

const toCase = ([expiresIn, seconds]: (typeof lifetimes)[number]): Case => ({
  name: `expires_in ${JSON.stringify(expiresIn)} costs no token`,
  run: (world) =>
    Effect.gen(function* () {
      world.simulation.tokens = (body) => ({ ...body, expires_in: expiresIn })
      const answer = yield* connect(world)
      yield* equals(
        "how many seconds the access token lives",
        Option.getOrNull(Option.map(answer.expiresIn, Duration.toSeconds)),
        seconds ?? world.definition.accessTokenLifetime ?? null
      )
    })
})

const odd: ReadonlyArray<readonly [name: string, member: string, value: unknown]> = [
  ["token_type null", "token_type", null],
  ["token_type in other letters", "token_type", "bEaReR"],
  ["refresh_token null", "refresh_token", null],
  ["scope null", "scope", null],
  ["members that nobody knows", "conformance", { constructor: 1 }]
]

export const malformedSuccess: CaseGroup = {
  title: "a success with",
  cases: ({ options, truth }) => [
    ...(looksAt(truth, options.documentedTokens ?? [], "expires_in") ? lifetimes.map(toCase) : []),
    ...odd.map(([name, member, value]): Case => ({
      name: `${name} costs no token`,
      run: (world) => {
        world.simulation.tokens = (body) => ({ ...body, [member]: value })
        return connect(world)
      }
    }))
  ]
}
