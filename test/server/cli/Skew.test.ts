import { assert, describe, it } from "@effect/vitest"
import type { Finding } from "../../../apps/server/src/cli/doctor/Finding.ts"
import * as Skew from "../../../apps/server/src/cli/doctor/Skew.ts"

describe("another clock", () => {
  const table: ReadonlyArray<readonly [number, Finding["status"], string]> = [
    [0, "ok", "agrees with that of the database"],
    [5_000, "ok", "agrees with that of the database"],
    [-5_000, "ok", "agrees with that of the database"],
    [5_400, "warn", "that of the database is 5 s ahead"],
    [-60_000, "warn", "that of the database is 60 s behind"],
    [60_001, "fail", "that of the database is 60 s ahead"],
    [-7_200_000, "fail", "that of the database is 7200 s behind"]
  ]
  for (const [ahead, status, what] of table) {
    it(`that is ${ahead} ms ahead gives "${status}"`, () => {
      const finding = Skew.judge("clock", "the database", ahead)
      assert.deepInclude(finding, { check: "clock", status, what })
      assert.strictEqual(finding.action !== undefined, status !== "ok")
    })
  }
})
