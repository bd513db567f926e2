import { type CaseResult, runConformance } from "@oauth-manager/provider-sdk/conformance"
import { assert, describe, it } from "@effect/vitest"
import { answers } from "./broken/Answers.ts"
import { errors } from "./broken/Errors.ts"
import { manifests } from "./broken/Manifests.ts"
import { requests } from "./broken/Requests.ts"
import { sample } from "./SamplePlugin.ts"

const failures = (results: ReadonlyArray<CaseResult>) => results.filter(({ error }) => error !== undefined)

describe("the conformance kit passes", () => {
  it("a plugin that tells the truth", async () => assert.deepStrictEqual(failures(await runConformance(sample)), []))
})

describe("the conformance kit fails a plugin that", () => {
  for (const [what, changes, known, failing, message] of [...requests, ...answers, ...errors, ...manifests]) {
    it(`${what}`, async () => {
      const results = await runConformance({ ...sample, ...changes }, known, (name) => name === failing)
      assert.deepStrictEqual(results, [{ name: failing, error: message }])
    })
  }

  it("is wrong in one place and right in all others, by that one case", async () => {
    const failed = failures(
      await runConformance({ ...sample, refreshTokens: { rotation: "overlap" } }, { simulator: sample })
    )
    assert.deepStrictEqual(
      failed.map(({ name }) => name),
      ["a refresh token is followed by another and goes on working (overlap)"]
    )
  })
})
