import { assert, describe, it } from "@effect/vitest"
import { posix } from "node:path"
import { isRelative } from "./Layers.ts"
import { packages, type Source } from "./Workspace.ts"

const sdk = "packages/providers/sdk/src"
const kit = "@oauth-manager/provider-sdk/conformance"

const sources = new Map(packages.flatMap((unit) => unit.sources).map((source) => [source.path, source]))

const targets = ({ imports, path }: Source): ReadonlyArray<string> =>
  imports
    .filter(({ specifier }) => isRelative(specifier))
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier))

/** Every file of the package that a file loads, and they load. */
const reached = (entry: string): ReadonlySet<string> => {
  const found = new Set([entry])
  for (const path of found) {
    const source = sources.get(path)
    if (source !== undefined) for (const target of targets(source)) found.add(target)
  }
  return found
}

const isOfKit = (path: string): boolean => path.startsWith(`${sdk}/conformance/`)

describe("the conformance kit", () => {
  it("is not loaded with the plugin contract, so that a deployment needs no runner of tests", () => {
    const loaded = [...reached(`${sdk}/index.ts`)]
    assert.isAbove(loaded.length, 10)
    assert.deepStrictEqual(loaded.filter(isOfKit), [])
  })

  it("is loaded by its own entry as a whole", () => {
    const loaded = reached(`${sdk}/conformance/index.ts`)
    assert.deepStrictEqual(
      [...sources.keys()].filter((path) => isOfKit(path) && !loaded.has(path)),
      []
    )
  })

  it("is imported by nothing that is deployed", () =>
    assert.deepStrictEqual(
      [...sources.values()]
        .filter(({ imports, isTest }) => !isTest && imports.some(({ specifier }) => specifier === kit))
        .map(({ path }) => path),
      []
    ))
})
