import { assert, describe, it } from "@effect/vitest"
import { escapes, hasLayer, layerViolations, pureModules } from "./Layers.ts"
import { json, makeSource, packages } from "./Workspace.ts"

interface LintConfig {
  readonly overrides: ReadonlyArray<{
    readonly files: ReadonlyArray<string>
    readonly rules: {
      readonly "eslint/no-restricted-imports"?: readonly [
        severity: string,
        options: { readonly paths?: ReadonlyArray<{ readonly allowImportNames?: ReadonlyArray<string> }> }
      ]
    }
  }>
}

const refused = (path: string, text: string): ReadonlyArray<string> => layerViolations(makeSource(path, text))

describe("the import matrix", () => {
  it.each(packages)("$folder imports only what its layer may", ({ sources }) => {
    assert.deepStrictEqual(sources.flatMap(layerViolations), [])
  })

  it.each(packages)("$folder reaches other packages by name, never by a relative path", ({ folder, sources }) => {
    const found = sources.flatMap((source) => escapes(folder, source))
    assert.deepStrictEqual(found, [])
  })

  it("has a rule for every package but the composition root", () => {
    const free = packages.map(({ folder }) => folder).filter((folder) => !hasLayer(folder))
    assert.deepStrictEqual(free, ["apps/server"])
  })

  it("agrees with the linter on what is pure", () => {
    const { overrides } = json(".oxlintrc.json") as LintConfig
    const names = overrides
      .filter(({ files }) => files.includes("packages/domain/**"))
      .flatMap(({ rules }) => rules["eslint/no-restricted-imports"]?.[1].paths ?? [])
      .flatMap(({ allowImportNames }) => allowImportNames ?? [])
    assert.deepStrictEqual(names, pureModules)
  })
})

describe("the matrix itself", () => {
  it.each([
    ["a static import", `import { Effect } from "effect"`],
    ["a type-only import", `import type { Layer } from "effect"`],
    ["an inline type", `import { type Clock, Option } from "effect"`],
    ["a renamed import", `import { Random as Option } from "effect"`],
    ["a namespace", `import * as Everything from "effect"`],
    ["a subpath", `import * as Effect from "effect/Effect"`],
    ["a re-export", `export * from "effect"`],
    ["a named re-export", `export { Random } from "effect"`],
    ["a dynamic import", `export const later = import("node:fs")`],
    ["a computed import", `export const load = (name: string) => import(name)`],
    ["an import type", `export type Pool = import("pg").Pool`],
    ["a required module", `import pg = require("pg")`],
    ["a resolved module", `export const path = import.meta.resolve("pg")`],
    ["a resolver that is made", `export const path = createRequire(import.meta.url).resolve("pg")`],
    ["another package", `import type { TokenVault } from "@oauth-manager/application"`],
    ["a side effect", `import "node:process"`]
  ])("catches %s in the domain", (_, text) => {
    assert.lengthOf(refused("packages/domain/src/token/Fake.ts", text), 1)
  })

  it.each([
    ["the domain", "packages/domain/src/Fake.ts", `import { Option, type DateTime } from "effect"; import "./A.ts"`],
    ["comments and strings", "packages/domain/src/Fake.ts", `/* import "node:fs" */ const text = 'import "pg"'`],
    ["the application", "packages/application/src/Fake.ts", `import { Effect } from "effect"; import "effect/crypto"`],
    [
      "an adapter",
      "packages/adapters/vault/src/Fake.ts",
      `import "node:crypto"; import "effect/crypto"; import "jose"`
    ],
    ["an adapter's core", "packages/adapters/vault/src/Fake.ts", `import type { T } from "@oauth-manager/domain"`],
    ["the OAuth adapter", "packages/adapters/oauth/src/Fake.ts", `import "@oauth-manager/provider-sdk"`],
    ["the contract", "packages/providers/sdk/src/Fake.ts", `import { Schema } from "effect"`],
    [
      "the conformance kit",
      "packages/providers/sdk/src/conformance/Fake.ts",
      `import "vitest"; import "node:http"; import "jose"; import "@oauth-manager/application"; import "@oauth-manager/oauth"`
    ],
    ["a plugin", "packages/providers/google/src/Fake.ts", `import "@oauth-manager/provider-sdk"`],
    ["a test", "packages/domain/src/Fake.test.ts", `import { assert } from "@effect/vitest"`],
    ["the app", "apps/server/src/Fake.ts", `import "@oauth-manager/vault"; const load = (n: string) => import(n)`]
  ])("leaves %s what is its own", (_, path, text) => {
    assert.deepStrictEqual(refused(path, text), [])
  })

  it.each([
    ["packages/application/src/Fake.ts", "@oauth-manager/postgres"],
    ["packages/application/src/Fake.ts", "node:crypto"],
    ["packages/application/src/Fake.ts", "effect/sql"],
    ["packages/application/src/Fake.ts", "effect/http/HttpClient"],
    ["packages/application/src/Fake.ts", "jose"],
    ["packages/adapters/http/src/Fake.ts", "@oauth-manager/vault"],
    ["packages/adapters/http/src/Fake.ts", "@oauth-manager/provider-google"],
    ["packages/adapters/http/src/Fake.ts", "@oauth-manager/server"],
    ["packages/adapters/postgres/src/Fake.ts", "@oauth-manager/provider-sdk"],
    ["packages/providers/sdk/src/Fake.ts", "node:fs"],
    ["packages/providers/sdk/src/Fake.ts", "vitest"],
    ["packages/providers/sdk/src/Fake.ts", "@oauth-manager/oauth"],
    ["packages/providers/sdk/src/manifest/Fake.ts", "jose"],
    ["packages/providers/sdk/src/conformance/Fake.ts", "@oauth-manager/postgres"],
    ["packages/providers/sdk/src/conformance/Fake.ts", "@oauth-manager/provider-google"],
    ["packages/providers/google/src/Fake.ts", "@oauth-manager/provider-sdk/conformance"],
    ["packages/adapters/oauth/src/Fake.ts", "@oauth-manager/provider-sdk/conformance"],
    ["packages/providers/google/src/Fake.ts", "effect"],
    ["packages/providers/google/src/Fake.ts", "@oauth-manager/provider-sandbox"],
    ["packages/providers/google/src/Fake.ts", "@oauth-manager/domain"]
  ])("keeps %s from %s", (path, specifier) => {
    assert.lengthOf(refused(path, `import { a } from "${specifier}"`), 1)
  })

  it("catches a relative import that leaves the package", () => {
    const source = makeSource("packages/domain/src/token/Fake.ts", `import "../../../application/src/index.ts"`)
    assert.lengthOf(escapes("packages/domain", source), 1)
  })
})
