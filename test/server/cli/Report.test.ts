import { assert, describe, it } from "@effect/vitest"
import * as Finding from "../../../apps/server/src/cli/doctor/Finding.ts"
import * as Report from "../../../apps/server/src/cli/doctor/Report.ts"

const findings = [
  Finding.ok("database", "PostgreSQL 18.4"),
  Finding.warn("clock", "that of the database is 7 s ahead", "Let NTP keep it"),
  Finding.fail("PROVIDERS", "acme does not keep to the contract:\n  id: must be there", "Correct it")
]

describe("a report", () => {
  it("has a line for each finding, and what to do below it", () =>
    assert.strictEqual(
      Report.text(findings),
      [
        "ok    database   PostgreSQL 18.4",
        "warn  clock      that of the database is 7 s ahead",
        "                 -> Let NTP keep it",
        "fail  PROVIDERS  acme does not keep to the contract:",
        "                   id: must be there",
        "                 -> Correct it"
      ].join("\n")
    ))

  it("is one JSON document for machines", () =>
    assert.deepStrictEqual(JSON.parse(Report.json(findings)), { ok: false, findings }))

  it("is in order with warnings", () => {
    assert.strictEqual(Report.failures(findings), 1)
    assert.deepInclude(JSON.parse(Report.json(findings.slice(0, 2))), { ok: true })
  })
})

describe("a refusal", () => {
  it("is cut at its last colon into what and what to do", () =>
    assert.deepStrictEqual(
      Finding.refused("database", { message: "It refused (role: none): check the login of DATABASE_URL" }),
      Finding.fail("database", "It refused (role: none)", "Check the login of DATABASE_URL")
    ))

  it("is told whole where it does not say what to do", () =>
    assert.deepStrictEqual(Finding.refused("database", { message: "It refused" }), {
      check: "database",
      status: "fail",
      what: "It refused"
    }))
})
