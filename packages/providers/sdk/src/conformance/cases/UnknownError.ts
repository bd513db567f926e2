import { Effect } from "effect"
import type { Case, CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { json } from "../simulator/Answer.ts"
import { errorBody, errorStatus } from "../simulator/ErrorShape.ts"
import { allFail } from "../TokenRequests.ts"
import { told, verdictOn } from "../Verdict.ts"

const places = ["exchange", "refresh"] as const

const toCase = (status: number): Case => ({
  name: `with ${status} costs no grant`,
  run: (world) =>
    Effect.gen(function* () {
      const body = errorBody(world.truth.errors, { code: "conformance_unheard_of" })
      for (const place of places) {
        const error = { place, status, body }
        const { means } = verdictOn(world.definition, error)
        const isRefusal = means === "reauthorize" || means === "restart_flow"
        yield* holds(
          !isRefusal,
          `an error that nobody knows, with ${status}, must cost no grant, but ${told(world.definition, error)}`
        )
      }
      yield* allFail(
        world,
        `the provider answers ${status} with an error that nobody knows`,
        ["ProviderUnavailable", "ProviderMisconfigured", "AdminActionRequired"],
        () => json(body, status)
      )
    })
})

/** Only what is certain may cost a user the connection. */
export const unknownError: CaseGroup = {
  title: "an error that nobody knows",
  cases: ({ truth }) => [...new Set([errorStatus(truth.errors), 400, 401, 403, 404, 409, 422])].map(toCase)
}
