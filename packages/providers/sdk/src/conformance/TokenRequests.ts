import { Effect } from "effect"
import { failsWith } from "./Expectation.ts"
import { authorize, connect, exchange, refresh, refreshTokenOf } from "./Journey.ts"
import type { Answer } from "./simulator/Answer.ts"
import type { Received } from "./simulator/Received.ts"
import { issuesRefreshTokens } from "./Traits.ts"
import type { World } from "./World.ts"

type Reaction = (request: Received) => Answer

/** Every request to the token endpoint that the plugin leads to, ready to be sent by a client: what happens then is up to the case. */
export const prepared = Effect.fnUntraced(function* (world: World, client = world.client) {
  const sender = { ...world, client }
  const authorized = yield* authorize(world)
  const exchanging = [["the exchange of a code", exchange(sender, authorized)] as const]
  if (!issuesRefreshTokens(world.definition)) return exchanging
  const refreshToken = yield* refreshTokenOf(yield* connect(world))
  return [...exchanging, ["a refresh", refresh(sender, refreshToken)] as const]
})

/** Whatever is asked of the token endpoint, when it answers so the client must fail so. */
export const allFail = Effect.fnUntraced(function* (
  world: World,
  when: string,
  wanted: string | ReadonlyArray<string>,
  reaction: Reaction,
  client = world.client
) {
  const operations = yield* prepared(world, client)
  world.simulation.on("token", reaction)
  return yield* Effect.forEach(
    operations,
    ([what, operation]) => failsWith(`${what}, when ${when},`, wanted, operation),
    { concurrency: "unbounded" }
  )
})
