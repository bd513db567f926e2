import { assert, describe, it } from "@effect/vitest"
import { packages, rootManifest, sources, type Source } from "./Workspace.ts"

const longest = 400
const product = packages.flatMap((unit) => unit.sources)
const supporting = sources("{test,bench}/**/*.ts")
const entries = new Set(Object.values(rootManifest.scripts ?? {}).flatMap((script) => script.match(/\S+\.ts/g) ?? []))

const percentile = (files: ReadonlyArray<Source>, share: number): number =>
  files.map(({ lines }) => lines).toSorted((a, b) => a - b)[Math.max(0, Math.ceil(files.length * share) - 1)] ?? 0

const summary = (title: string, files: ReadonlyArray<Source>): string =>
  `${title}: ${files.length} files, median ${percentile(files, 0.5)} lines, p90 ${percentile(files, 0.9)}, `
  + `longest ${percentile(files, 1)}`

const vague = /(^|\/)(utils?|common|helpers?|types|misc)(\.ts|\/)/i
const pascal = /^[A-Z][A-Za-z0-9]*(\.test)?\.ts$/
const migration = /\/migrations\/\d{4}_[a-z0-9_]+\.ts$/

const isWellNamed = (path: string): boolean => {
  const folders = path.split("/").slice(0, -1)
  const file = path.slice(path.lastIndexOf("/") + 1)
  return (
    !vague.test(path)
    && folders.every((folder) => /^[a-z0-9-]+$/.test(folder))
    && (pascal.test(file) || file === "index.ts" || file === "main.ts" || entries.has(path) || migration.test(path))
  )
}

describe("files", () => {
  it("are short", () => {
    console.log(`${summary("packages and apps", product)}\n${summary("test and bench", supporting)}`)
    assert.deepStrictEqual(
      [...product, ...supporting].filter(({ lines }) => lines > longest).map(({ lines, path }) => `${path}: ${lines}`),
      []
    )
  })

  it("are named after what they export, in lower-case folders", () =>
    assert.deepStrictEqual(
      product.map(({ path }) => path).filter((path) => !isWellNamed(path)),
      []
    ))

  it.each([
    "packages/domain/src/token/token.ts",
    "packages/domain/src/utils/Token.ts",
    "packages/domain/src/types.ts",
    "packages/domain/src/Helpers.ts",
    "packages/domain/src/Token/Token.ts",
    "apps/server/src/seed.ts"
  ])("may not be named %s", (path) => assert.isFalse(isWellNamed(path)))

  it.each([
    "packages/domain/src/token/Token.ts",
    "packages/domain/src/token/Token.test.ts",
    "packages/domain/src/index.ts",
    "packages/adapters/postgres/src/migrations/0001_initial.ts",
    "apps/server/src/main.ts",
    "apps/server/src/demo.ts"
  ])("may be named %s", (path) => assert.isTrue(isWellNamed(path)))
})
