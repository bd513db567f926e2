import { Effect } from "effect"
import type { JsonObject } from "../index.ts"
import type { Case } from "./Case.ts"
import { equals, failsWith } from "./Expectation.ts"
import { attempt } from "./Journey.ts"
import type { Simulation } from "./simulator/Simulation.ts"
import { readsIdTokens } from "./Traits.ts"

/** An exchange whose ID token is no good: whose account it is stays unknown. */
export const rejected = (flaw: string, tamper: (simulation: Simulation) => void): Case => ({
  name: `an ID token that ${flaw} identifies nobody`,
  applies: readsIdTokens,
  run: (world) =>
    Effect.gen(function* () {
      tamper(world.simulation)
      yield* failsWith(`an exchange whose ID token ${flaw}`, "IdentityRejected", yield* attempt(world))
      yield* equals("the number of token requests", world.simulation.requests("token").length, 1)
    })
})

/** An ID token that says something else than it should. */
export const saying = (flaw: string, change: (claims: JsonObject) => JsonObject): Case =>
  rejected(flaw, (simulation) => {
    simulation.claims = (claims) => ({ ...claims, ...change(claims) })
  })
