import { Effect } from "effect"
import type { Case } from "./Case.ts"
import type { JsonObject } from "../index.ts"
import { failsWith } from "./Expectation.ts"
import { prepared, withoutToken } from "./TokenRequests.ts"

/** A success of the token endpoint that is none: nothing is taken from it, and nobody loses a connection over it. */
export const unusable = (name: string, change: (body: JsonObject) => JsonObject): Case => ({
  name,
  run: (world) =>
    Effect.gen(function* () {
      const requests = yield* prepared(world)
      world.simulation.tokens = change
      for (const [what, request] of requests) {
        yield* failsWith(`${what}, when the answer's ${name},`, withoutToken, request)
      }
    })
})
