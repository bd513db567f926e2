import { assert, describe, it } from "@effect/vitest"
import { faults, installed, type Lockfile, read } from "./Lockfile.ts"
import { packages } from "./Workspace.ts"

const lockfile = read()
const workspaces = new Set(packages.map(({ folder }) => folder))

const poisoned = (path: string, changes: Readonly<Record<string, unknown>>): Lockfile => ({
  ...lockfile,
  packages: { ...lockfile.packages, [path]: { ...lockfile.packages[path], ...changes } }
})

const honest = { version: "1.0.0", integrity: lockfile.packages["node_modules/jose"]?.integrity }

const poison: ReadonlyArray<readonly [what: string, path: string, changes: Readonly<Record<string, unknown>>]> = [
  ["a package without a hash", "node_modules/jose", { integrity: undefined }],
  ["another version of a package that has none", "node_modules/@effect/tsgo-linux-arm", { version: "0.45.1" }],
  ["a package with a weak hash", "node_modules/jose", { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }],
  [
    "a weak hash beside a strong one",
    "node_modules/jose",
    { integrity: `${honest.integrity} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=` }
  ],
  ["another registry", "node_modules/jose", { resolved: "https://registry.evil.example/jose/-/jose-6.2.18.tgz" }],
  [
    "a host that begins like the registry",
    "node_modules/jose",
    { resolved: "https://registry.npmjs.org.evil.example/jose.tgz" }
  ],
  [
    "the registry as a user name",
    "node_modules/jose",
    { resolved: "https://registry.npmjs.org/@evil.example/../jose.tgz" }
  ],
  ["the registry without TLS", "node_modules/jose", { resolved: "http://registry.npmjs.org/jose/-/jose-6.2.18.tgz" }],
  ["a git repository", "node_modules/jose", { resolved: "git+ssh://git@github.com/evil/jose.git#0123456" }],
  ["a file", "node_modules/jose", { resolved: "file:../jose.tgz" }],
  ["a version that is an address", "node_modules/jose", { version: "https://evil.example/jose.tgz" }],
  ["a new package from elsewhere", "node_modules/evil", { ...honest, resolved: "https://evil.example/evil.tgz" }],
  ["a nested package without a hash", "node_modules/oidc-provider/node_modules/jose", { version: "6.2.18" }],
  ["a link out of the repository", "node_modules/evil", { link: true, resolved: "../evil" }],
  ["a workspace that is none", "packages/evil", { version: "1.0.0" }],
  ["a dependency from a tarball", "node_modules/jose", { dependencies: { evil: "https://evil.example/evil.tgz" } }],
  ["a dependency from a repository", "node_modules/jose", { dependencies: { evil: "github:evil/evil" } }],
  ["a dependency from a repository, in short", "", { devDependencies: { evil: "evil/evil" } }],
  ["a dependency from a folder", "apps/server", { dependencies: { evil: "file:../evil" } }]
]

describe("package-lock.json", () => {
  it("row 48: names a sha512 hash for every package but six of the type checker's, all of the one public registry or of this repository", () => {
    assert.deepStrictEqual(faults(lockfile, workspaces), [])
    assert.isAbove(installed(lockfile).length, 200)
  })

  it.each(poison)("row 48: is refused with %s", (_, path, changes) => {
    const found = faults(poisoned(path, changes), workspaces)
    assert.isNotEmpty(found)
    assert.isTrue(found.every((fault) => fault.startsWith(path === "" ? "the root" : path)))
  })

  it("row 48: may name the registry's own addresses, scoped packages too", () => {
    for (const resolved of [
      "https://registry.npmjs.org/jose/-/jose-6.2.18.tgz",
      "https://registry.npmjs.org/@effect/vitest/-/vitest-4.0.5.tgz"
    ]) {
      assert.deepStrictEqual(faults(poisoned("node_modules/jose", { resolved }), workspaces), [])
    }
  })
})
