import type { CaseGroup } from "../Case.ts"
import { breakOff, reset } from "../simulator/Answer.ts"
import { allFail } from "../TokenRequests.ts"

export const tornAnswer: CaseGroup = {
  title: "a connection that breaks",
  cases: [
    {
      name: "before the answer costs no grant",
      run: (world) => allFail(world, "the connection breaks before the answer", "ProviderUnavailable", () => reset)
    },
    {
      name: "within the answer costs no grant",
      run: (world) => allFail(world, "the connection breaks within the answer", "ProviderUnavailable", () => breakOff)
    }
  ]
}
