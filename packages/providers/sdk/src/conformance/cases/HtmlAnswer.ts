import type { Case, CaseGroup } from "../Case.ts"
import { reply } from "../simulator/Answer.ts"
import { allFail, withoutToken } from "../TokenRequests.ts"

const page = "<!doctype html><h1>invalid_grant</h1>"

const toCase = (status: number): Case => ({
  name: `with ${status} is no answer`,
  run: (world) => allFail(world, `the provider answers a page with ${status}`, withoutToken, () => reply(status, page))
})

export const htmlAnswer: CaseGroup = { title: "a page in place of an answer", cases: [200, 400, 404].map(toCase) }
