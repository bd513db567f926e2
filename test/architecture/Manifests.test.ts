import { assert, describe, it } from "@effect/vitest"
import { computed } from "./Imports.ts"
import { isRelative, packageOf } from "./Layers.ts"
import { makeSource, packages, rootManifest, type Manifest, type Package, type Source } from "./Workspace.ts"

const declared = ({ dependencies, optionalDependencies, peerDependencies }: Manifest): ReadonlyArray<string> =>
  Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).filter(
    (name) => !name.startsWith("@types/")
  )

const imported = (sources: ReadonlyArray<Source>): ReadonlySet<string> =>
  new Set(
    sources
      .filter(({ isTest }) => !isTest)
      .flatMap(({ imports }) => imports.map(({ specifier }) => specifier))
      .filter((specifier) => specifier !== computed && !isRelative(specifier) && !specifier.startsWith("node:"))
      .map(packageOf)
  )

// The composition root loads its plugins by name, so that there a string counts as an import.
const named = ({ folder, sources }: Package): ReadonlySet<string> =>
  new Set(folder.startsWith("apps/") ? sources.flatMap(({ strings }) => [...strings]) : [])

const disagreements = (unit: Package): ReadonlyArray<string> => {
  const wanted = imported(unit.sources)
  const byName = named(unit)
  const listed = declared(unit.manifest)
  return [
    ...[...wanted]
      .filter((name) => name !== unit.manifest.name && !listed.includes(name))
      .map((name) => `${unit.folder} imports ${name} and does not declare it`),
    ...listed
      .filter((name) => unit.sources.length > 0 && !wanted.has(name) && !byName.has(name))
      .map((name) => `${unit.folder} declares ${name} and does not import it`)
  ]
}

const versions = ({ dependencies, devDependencies, optionalDependencies, peerDependencies }: Manifest) =>
  [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((group) =>
    Object.entries(group ?? {})
  )

const manifests = [rootManifest, ...packages.map(({ manifest }) => manifest)]

describe("package manifests", () => {
  it.each(packages)("$folder declares exactly what it imports", (unit) =>
    assert.deepStrictEqual(disagreements(unit), [])
  )

  it.each(manifests)("$name names exact versions alone", (manifest) =>
    assert.deepStrictEqual(
      versions(manifest).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
      []
    )
  )

  it("agree on one version of each dependency", () => {
    const seen = new Map<string, Set<string>>()
    for (const [name, version] of manifests.flatMap(versions)) {
      seen.set(name, (seen.get(name) ?? new Set()).add(version))
    }
    assert.deepStrictEqual(
      [...seen].filter(([, found]) => found.size > 1).map(([name, found]) => `${name}: ${[...found].join(", ")}`),
      []
    )
  })

  it("name every package once, under @oauth-manager", () => {
    const names = packages.map(({ manifest }) => manifest.name)
    assert.deepStrictEqual([...new Set(names)], names)
    assert.deepStrictEqual(
      names.filter((name) => !/^@oauth-manager\/[a-z-]+$/.test(name)),
      []
    )
  })
})

describe("the manifest check itself", () => {
  const unit = (dependencies: Record<string, string>, text: string): Package => ({
    folder: "packages/adapters/fake",
    manifest: { name: "@oauth-manager/fake", version: "0.1.0", dependencies },
    sources: [makeSource("packages/adapters/fake/src/Fake.ts", text)]
  })

  it("sees an import that is not declared, subpaths included", () =>
    assert.deepStrictEqual(disagreements(unit({}, `import { a } from "@effect/sql-pg/PgClient"\nimport "node:fs"`)), [
      "packages/adapters/fake imports @effect/sql-pg and does not declare it"
    ]))

  it("sees a declaration that nothing imports", () =>
    assert.deepStrictEqual(disagreements(unit({ jose: "6.2.18" }, `export const name = "jose"`)), [
      "packages/adapters/fake declares jose and does not import it"
    ]))
})
