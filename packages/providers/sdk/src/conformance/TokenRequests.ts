import { Effect } from "effect"
import { failsWith } from "./Expectation.ts"
import { authorize, connect, exchange, refresh, refreshTokenOf } from "./Journey.ts"
import type { Answer } from "./simulator/Answer.ts"
import type { Received } from "./simulator/Received.ts"
import { issuesRefreshTokens } from "./Traits.ts"
import type { World } from "./World.ts"

type Request = Effect.Effect<unknown, Effect.Error<ReturnType<typeof exchange> | ReturnType<typeof refresh>>>

/** How the exchange and the refresh fail when no access token comes with a success. */
export const withoutToken = ["ProviderUnavailable", "TokenAnswerUnusable"]

type Reaction = (request: Received) => Answer

/** Every request to the token endpoint that the plugin leads to, ready to be sent by a client: what happens then is up to the case. */
export const prepared = Effect.fnUntraced(function* (world: World, client = world.client) {
  const sender = { ...world, client }
  const authorized = yield* authorize(world)
  const requests: Array<readonly [what: string, request: Request]> = [
    ["the exchange of a code", exchange(sender, authorized)]
  ]
  if (issuesRefreshTokens(world.definition)) {
    const refreshToken = yield* refreshTokenOf(yield* connect(world))
    requests.push(["a refresh", refresh(sender, refreshToken)])
  }
  return requests
})

/** Whatever is asked of the token endpoint, when it answers so the client must fail so. */
export const allFail = Effect.fnUntraced(function* (
  world: World,
  when: string,
  wanted: string | ReadonlyArray<string>,
  reaction: Reaction,
  client = world.client
) {
  const requests = yield* prepared(world, client)
  world.simulation.on("token", reaction)
  return yield* Effect.forEach(requests, ([what, request]) => failsWith(`${what}, when ${when},`, wanted, request), {
    concurrency: "unbounded"
  })
})
