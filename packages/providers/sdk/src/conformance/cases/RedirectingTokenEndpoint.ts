import type { Case, CaseGroup } from "../Case.ts"
import { reply } from "../simulator/Answer.ts"
import { allFail } from "../TokenRequests.ts"

/** The secrets of a token request must not be carried where a redirect points. */
const toCase = (status: number): Case => ({
  name: `with ${status} is not followed`,
  run: (world) =>
    allFail(
      world,
      `the token endpoint redirects with ${status}`,
      ["ProviderMisconfigured", "ProviderUnavailable"],
      () => reply(status, "", { location: `${world.simulation.origin}/attacker.example/token` })
    )
})

export const redirectingTokenEndpoint: CaseGroup = {
  title: "a redirect of the token endpoint",
  cases: [302, 307].map(toCase)
}
