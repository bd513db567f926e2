import { Effect, Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { equals, failsWith, succeeds } from "../Expectation.ts"
import { connect, refresh, refreshTokenOf } from "../Journey.ts"
import { issuesRefreshTokens } from "../Traits.ts"
import type { World } from "../World.ts"
import { Option } from "effect"

const refreshed = Effect.fnUntraced(function* (world: World, token: Redacted.Redacted<string>) {
  const answer = yield* succeeds("a refresh", refresh(world, token))
  const issued = world.simulation.issued.at(-1)
  yield* equals("the access token of a refresh", Redacted.value(answer.accessToken), issued?.["access_token"])
  return Option.getOrElse(answer.refreshToken, () => token)
})

export const refreshes: CaseGroup = {
  title: "a refresh",
  cases: [
    {
      name: "gives a new access token, again and again",
      applies: issuesRefreshTokens,
      run: (world) =>
        Effect.gen(function* () {
          const first = yield* refreshTokenOf(yield* connect(world))
          const second = yield* refreshed(world, first)
          yield* refreshed(world, yield* refreshed(world, second))
        })
    },
    {
      name: "of a dead refresh token is a refused grant",
      applies: issuesRefreshTokens,
      run: (world) =>
        failsWith(
          "a refresh with a token that the provider does not know",
          "GrantRefused",
          refresh(world, Redacted.make("dead"))
        )
    },
    {
      name: "of a withdrawn grant is a refused grant",
      applies: issuesRefreshTokens,
      run: (world) =>
        Effect.gen(function* () {
          const token = yield* refreshTokenOf(yield* connect(world))
          world.simulation.grants.revoke(Redacted.value(token), "grant")
          yield* failsWith("a refresh after the user withdrew the grant", "GrantRefused", refresh(world, token))
        })
    }
  ]
}
