import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const text = readFileSync(join(root, "docs/security.md"), "utf8")

interface Row {
  readonly number: number
  readonly control: string
  readonly tests: string
}

const rows: ReadonlyArray<Row> = [...text.matchAll(/^\| (\d+) \| .*? \| (.*) \| (.*) \|$/gm)].map(
  ([, number, control = "", tests = ""]) => ({ number: Number(number), control, tests })
)

const linksOf = (cell: string): ReadonlyArray<string> =>
  [...cell.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, path = ""]) => path)

/** A test's file, and the modules beside it that it takes tests from. */
const sources = (file: string): ReadonlyArray<string> => {
  const text = readFileSync(join(root, file), "utf8")
  const beside = [...text.matchAll(/from "\.\/(\w+\.ts)"/g)].map(([, name = ""]) => join(root, dirname(file), name))
  return [text, ...beside.map((path) => readFileSync(path, "utf8"))]
}

/** A range in a test's name counts for each of its rows. */
const names = (file: string, number: number): boolean =>
  sources(file).some((text) =>
    Array.from(text.matchAll(/[`"]rows? (\d+)(?: to (\d+))?:/g)).some(
      ([, from, to = from]) => Number(from) <= number && number <= Number(to)
    )
  )

describe("the threat table of docs/security.md", () => {
  it("has each of the 60 rows once", () => {
    assert.deepStrictEqual(
      rows.map(({ number }) => number).toSorted((a, b) => a - b),
      Array.from({ length: 60 }, (_, index) => index + 1)
    )
  })

  it("links a control in the sources, and tests that are there", () => {
    for (const { control, number, tests } of rows) {
      assert.isNotEmpty(linksOf(control), `row ${number} links no source`)
      for (const path of [...linksOf(control), ...linksOf(tests)]) {
        assert.isTrue(existsSync(join(root, path)), `row ${number}: ${path} is not there`)
      }
    }
  })

  it("has a test that bears the row's number behind each of its rows", () => {
    for (const { number, tests } of rows) {
      const files = linksOf(tests).filter((path) => path.endsWith(".test.ts"))
      assert.isTrue(
        files.some((file) => names(file, number)),
        `none of ${files.join(", ") || "no test"} has a test named "row ${number}: …"`
      )
    }
  })
})
