import type { CaseGroup } from "../Case.ts"
import { huge } from "../simulator/Answer.ts"
import { allFail } from "../TokenRequests.ts"

export const hugeAnswer: CaseGroup = {
  title: "an answer of half a megabyte",
  cases: [
    {
      name: "is not read",
      run: (world) => allFail(world, "the provider answers half a megabyte", "ProviderUnavailable", () => huge)
    }
  ]
}
