import type { CaseGroup } from "../Case.ts"
import { silence, stall } from "../simulator/Answer.ts"
import { allFail } from "../TokenRequests.ts"

export const slowAnswer: CaseGroup = {
  title: "a provider that",
  cases: [
    {
      name: "never answers is given up",
      run: (world) =>
        allFail(world, "the provider says nothing", "ProviderUnavailable timeout", () => silence, world.hasty)
    },
    {
      name: "stops within its answer is given up",
      run: (world) =>
        allFail(world, "the provider stops within its answer", "ProviderUnavailable timeout", () => stall, world.hasty)
    }
  ]
}
