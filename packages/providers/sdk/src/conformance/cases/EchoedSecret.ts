import { Effect, Redacted } from "effect"
import { inspect } from "node:util"
import type { CaseGroup } from "../Case.ts"
import { failsWith, holds } from "../Expectation.ts"
import { authorize, connect, exchange, refresh, refreshTokenOf } from "../Journey.ts"
import { json } from "../simulator/Answer.ts"
import { errorBody } from "../simulator/ErrorShape.ts"
import type { Received } from "../simulator/Received.ts"
import { issuesRefreshTokens } from "../Traits.ts"
import { clientSecret, type World } from "../World.ts"

/** A provider that quotes the whole request in its error. */
const echo = (world: World) => (request: Received) =>
  json(
    errorBody(world.truth.errors, {
      code: "conformance_unheard_of",
      description: [request.body, decodeURIComponent(request.body), JSON.stringify(request.headers)].join(" ")
    }),
    400
  )

const failures = ["ProviderUnavailable", "ProviderMisconfigured", "GrantRefused", "AdminActionRequired"]

const keeps = Effect.fnUntraced(function* (
  what: string,
  secrets: ReadonlyArray<string>,
  failing: Effect.Effect<unknown, object>
) {
  const failure = yield* failsWith(`${what} that the provider refuses`, failures, failing)
  const told = inspect(failure, { depth: 20, showHidden: true }) + JSON.stringify(failure)
  yield* holds(
    !secrets.some((secret) => told.includes(secret)),
    `the error of ${what} tells a secret that the provider echoed`
  )
})

export const echoedSecret: CaseGroup = {
  title: "a secret that the provider echoes in an error",
  cases: [
    {
      name: "is in no error of an exchange",
      run: (world) =>
        Effect.gen(function* () {
          const authorized = yield* authorize(world)
          world.simulation.on("token", echo(world))
          const secrets = [authorized.code, authorized.flow.codeVerifier].map(Redacted.value)
          yield* keeps("an exchange", [clientSecret, ...secrets], exchange(world, authorized))
        })
    },
    {
      name: "is in no error of a refresh",
      applies: issuesRefreshTokens,
      run: (world) =>
        Effect.gen(function* () {
          const token = yield* refreshTokenOf(yield* connect(world))
          world.simulation.on("token", echo(world))
          yield* keeps("a refresh", [clientSecret, Redacted.value(token)], refresh(world, token))
        })
    }
  ]
}
