import { Duration, Effect, Option, Redacted } from "effect"
import type { Case, CaseGroup } from "../Case.ts"
import { equals, holds } from "../Expectation.ts"
import { methodsOf } from "../../index.ts"
import { connect } from "../Journey.ts"
import { withoutPath } from "../JsonTree.ts"
import type { Subject } from "../Subject.ts"
import { hasScopes, issuesRefreshTokens } from "../Traits.ts"
import { usualMethod, type World } from "../World.ts"

const lifetimeOf = ({ definition }: World, told: number | undefined) => told ?? definition.accessTokenLifetime ?? null

const without = (name: string) => (world: World) => {
  world.simulation.tokens = (body) => withoutPath(body, name)
  return connect(world)
}

const general: ReadonlyArray<Case> = [
  {
    name: "gives the tokens, how long they live and the scopes",
    run: (world) =>
      Effect.gen(function* () {
        const { simulation } = world
        yield* holds(
          simulation.shape !== undefined,
          "hooks.tokenResponse makes nothing of an answer as RFC 6749 §5.1 has it: options.documentedTokens must show the provider's own"
        )
        const answer = yield* connect(world)
        const issued = simulation.issued[0] ?? {}
        yield* equals("the access token", Redacted.value(answer.accessToken), issued["access_token"])
        yield* equals("the token type", answer.tokenType, "Bearer")
        const told = typeof issued["expires_in"] === "number" ? issued["expires_in"] : undefined
        yield* equals(
          "how many seconds the access token lives",
          Option.getOrNull(Option.map(answer.expiresIn, Duration.toSeconds)),
          lifetimeOf(world, told)
        )
      })
  },
  {
    name: "gives the refresh token",
    applies: issuesRefreshTokens,
    run: (world) =>
      Effect.gen(function* () {
        const answer = yield* connect(world)
        const issued = world.simulation.issued[0]?.["refresh_token"]
        yield* holds(issued !== undefined, "refreshTokens is given, but the provider issued no refresh token")
        yield* equals("the refresh token", Option.getOrNull(Option.map(answer.refreshToken, Redacted.value)), issued)
      })
  },
  {
    name: "finds no refresh token where the provider issues none",
    applies: ({ refreshTokens }) => refreshTokens === false,
    run: (world) =>
      Effect.flatMap(connect(world), ({ refreshToken }) =>
        holds(Option.isNone(refreshToken), "refreshTokens is false, but the provider issued a refresh token")
      )
  },
  {
    name: "redeems the code in one request",
    run: (world) =>
      Effect.gen(function* () {
        yield* connect(world)
        yield* equals("the number of token requests", world.simulation.requests("token").length, 1)
      })
  },
  {
    name: "goes without a refresh token that the provider held back",
    applies: issuesRefreshTokens,
    run: (world) =>
      Effect.flatMap(without("refresh_token")(world), ({ refreshToken }) =>
        holds(Option.isNone(refreshToken), "a refresh token was found in an answer that had none")
      )
  },
  {
    name: "takes the manifest's word where the provider tells no lifetime",
    run: (world) =>
      Effect.flatMap(without("expires_in")(world), ({ expiresIn }) =>
        equals(
          "how many seconds the access token lives",
          Option.getOrNull(Option.map(expiresIn, Duration.toSeconds)),
          lifetimeOf(world, undefined)
        )
      )
  },
  {
    name: "takes an answer without scopes as what was asked for",
    applies: hasScopes,
    run: (world) =>
      Effect.flatMap(without("scope")(world), ({ scopes }) =>
        holds(Option.isNone(scopes), "scopes were found in an answer that had none")
      )
  }
]

const byMethod = ({ definition }: Subject): ReadonlyArray<Case> =>
  methodsOf(definition.clientAuthentication)
    .filter((method) => method === "private_key_jwt" && method !== usualMethod(definition))
    .map((method) => ({
      name: `authenticates by ${method} where the deployment has a key`,
      run: (world) => connect(world.authenticatedBy(method))
    }))

export const exchange: CaseGroup = {
  title: "the exchange of a code",
  cases: (subject) => [...general, ...byMethod(subject)]
}
