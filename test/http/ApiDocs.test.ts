import { assert, describe, it } from "@effect/vitest"
import { AuthorizationError, ProblemCode as IntegrationProblemCode, remedy } from "@oauth-manager/domain"
import { IntegrationWarningCode, problemCatalogue, problemCodes, Problems, TokenWarning } from "@oauth-manager/http/api"
import { readFileSync, writeFileSync } from "node:fs"
import { operations } from "./OpenApiDocument.ts"

const file = new URL("../../docs/api.md", import.meta.url)
const text = readFileSync(file, "utf8")

const common = new Set(["type", "title", "status", "code", "detail", "request_id"])

const membersOf = (code: keyof typeof Problems): string =>
  Object.keys(Problems[code].fields)
    .filter((name) => !common.has(name))
    .map((name) => `\`${name}\``)
    .join(", ")

const table = [
  "| status | code | meaning | members |",
  "| --- | --- | --- | --- |",
  ...problemCodes.map((code) => {
    const { status, meaning } = problemCatalogue[code]
    return `| ${status} | \`${code}\` | ${meaning} | ${membersOf(code)} |`
  })
].join("\n")

const section = /(<!-- problem codes:[^>]*-->\n)([\s\S]*?)(\n?<!-- \/problem codes -->)/

const firstColumnOf = (heading: string): ReadonlyArray<string> => {
  const [, after = ""] = text.split(`### ${heading}\n`)
  const [body = ""] = after.split(/^#/m, 1)
  return [...body.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = ""]) => code)
}

describe("docs/api.md", () => {
  it("has every problem of the catalogue (UPDATE_DOCS=1 writes it)", () => {
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, text.replace(section, `$1${table}$3`))
    else assert.strictEqual(section.exec(text)?.[2], table)
  })

  it("has every route of the contract", () => {
    for (const { method, path } of operations) assert.include(text, `\`${method} ${path}\``)
  })

  it("has every reason why an authorization fails", () =>
    assert.sameMembers([...firstColumnOf("Why an authorization failed")], [...AuthorizationError.literals]))

  it("has every problem of an integration, and who must act", () => {
    assert.sameMembers([...firstColumnOf("What ails an integration")], [...IntegrationProblemCode.literals])
    for (const code of IntegrationProblemCode.literals) assert.include(text, `| \`${code}\` | ${remedy[code].who} |`)
  })

  it("has every warning of an integration", () =>
    assert.sameMembers(
      [...firstColumnOf("What will end an integration's access")],
      [...IntegrationWarningCode.literals]
    ))

  it("has every warning of a token", () =>
    assert.sameMembers([...firstColumnOf("Warnings")], [...TokenWarning.literals]))
})
