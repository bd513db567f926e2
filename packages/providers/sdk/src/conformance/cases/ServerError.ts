import type { Case, CaseGroup } from "../Case.ts"
import { json } from "../simulator/Answer.ts"
import { refusalOf } from "../simulator/Refusal.ts"
import { allFail } from "../TokenRequests.ts"

/** A broken gateway may quote whatever it likes. */
const toCase = (status: number): Case => ({
  name: `${status} costs no grant, even if it quotes a refusal`,
  run: (world) =>
    allFail(world, `the provider answers ${status}`, "ProviderUnavailable", () =>
      json(refusalOf(world.truth, "refresh", world.options).body, status)
    )
})

export const serverError: CaseGroup = { title: "a server error", cases: [500, 502, 503].map(toCase) }
