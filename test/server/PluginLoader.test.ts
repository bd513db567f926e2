import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { load } from "../../apps/server/src/providers/PluginLoader.ts"
import { runToEnd } from "../e2e/Processes.ts"
import { commonJs, folderWith, manifestOf, plugin, typed } from "./PluginFolder.ts"
import type { Outcome, Scenario } from "./PluginHost.ts"

const title = `export const title: string = "one contract"\n`

const files = {
  "alone/acme.js": plugin("acme"),
  "alone/typed/acme.ts": typed("acme"),
  "alone/typed/Title.ts": title,
  "alone/compiled/acme.cjs": commonJs("acme"),
  "alone/with-copy/node_modules/@oauth-manager/provider-sdk/index.js": "export const defineProvider = (x) => x",
  "alone/with-copy/acme.js": plugin("acme"),
  "alone/exports/package.json": manifestOf({
    exports: { ".": { types: "./index.d.ts", require: "./none.cjs", import: { node: "./lib/acme.js" } } }
  }),
  "alone/exports/lib/acme.js": plugin("acme"),
  "alone/main/package.json": manifestOf({ main: "lib/acme" }),
  "alone/main/lib/acme.js": plugin("acme"),
  "alone/index/index.ts": typed("acme"),
  "alone/index/Title.ts": title,
  "alone/empty/readme.txt": "",
  "alone/closed/package.json": manifestOf({ exports: { "./other": "./index.js" } }),
  "alone/unbuilt/package.json": manifestOf({ exports: "./dist/index.js" }),
  "alone/broken/package.json": "{",
  "alone/throws.js": `throw new Error("Acme needs a key\\n    at its own place")`,
  "alone/throws-nothing.js": "throw null",
  "alone/unparseable.js": "export default {",
  "alone/lacking.js": `import "no-such-library"`,
  "alone/nameless.js": "export const provider = {}",
  "alone/trap.js": `export default { get apiVersion() { throw new Error("not now") } }`,
  "alone/endless.js": "await new Promise(() => {})",
  "alone/version.js": plugin("acme", { apiVersion: 2 }),
  "alone/wrong.js": plugin("acme", { pkce: undefined, scopes: "notes" }),
  "product/node_modules/acme/package.json": manifestOf({ name: "acme", exports: "./index.js" }),
  "product/node_modules/acme/index.js": plugin("acme"),
  "product/node_modules/acme/eu.js": plugin("acme-eu"),
  "product/node_modules/@acme/plugins/package.json": manifestOf({
    name: "@acme/plugins",
    exports: { "./eu": "./src/eu.ts" }
  }),
  "product/node_modules/@acme/plugins/src/eu.ts": typed("acme-eu"),
  "product/node_modules/@acme/plugins/src/Title.ts": title,
  "product/node_modules/@oauth-manager/provider-acme-us/package.json": manifestOf({ exports: "./index.mts" }),
  "product/node_modules/@oauth-manager/provider-acme-us/index.mts": plugin("acme-us"),
  "product/node_modules/enums/package.json": manifestOf({ main: "index.ts" }),
  "product/node_modules/enums/index.ts": "enum Acme { One }\nexport default Acme",
  "product/below/readme.txt": ""
}

const server = fileURLToPath(new URL("../../apps/server", import.meta.url))

let root: Awaited<ReturnType<typeof folderWith>>
let outcomes: ReadonlyArray<Outcome>

const alone = (...providers: ReadonlyArray<string>): Scenario => ({ folder: "ROOT/alone", providers })
const product = (...providers: ReadonlyArray<string>): Scenario => ({ folder: "ROOT/product", providers })

const loaded: ReadonlyArray<readonly [string, Scenario, Readonly<Record<string, string>>]> = [
  ["a file", alone("./acme.js"), { acme: "one contract" }],
  ["a file in TypeScript", alone("./typed/acme.ts"), { acme: "one contract" }],
  ["a file compiled to CommonJS", alone("./compiled/acme.cjs"), { acme: "one contract" }],
  ["a file beside a contract of its own", alone("./with-copy/acme.js"), { acme: "one contract" }],
  ["a folder by the exports of its package.json", alone("./exports"), { acme: "one contract" }],
  ["a folder by the main file of its package.json", alone("./main"), { acme: "one contract" }],
  ["a folder by its index file", alone("./index"), { acme: "one contract" }],
  ["a path without ./, where no package has the name", alone("typed/acme.ts"), { acme: "one contract" }],
  ["a folder's bare name, where no package has it", alone("index"), { acme: "one contract" }],
  ["an absolute path", alone("ROOT/alone/acme.js"), { acme: "one contract" }],
  ["a package of the working directory", product("acme"), { acme: "one contract" }],
  [
    "a package of a folder above the working directory",
    { folder: "ROOT/product/below", providers: ["acme"] },
    { acme: "one contract" }
  ],
  ["a subpath of a package in TypeScript", product("@acme/plugins/eu"), { "acme-eu": "one contract" }],
  ["a plugin of ours by its short name", product("acme-us"), { "acme-us": "one contract" }],
  ["a plugin of the server's by its short name", alone("sandbox"), { sandbox: "Sandbox" }],
  ["a plugin of the server's by its path", alone("../../packages/providers/sandbox"), { sandbox: "Sandbox" }],
  [
    "several, in the order of their ids",
    product("@acme/plugins/eu", "acme"),
    { acme: "one contract", "acme-eu": "one contract" }
  ],
  [
    "an OpenID Connect provider by configuration alone",
    {
      ...alone("oidc:login"),
      env: { PROVIDER_LOGIN_ISSUER: "https://login.example", PROVIDER_LOGIN_NAME: "Login" }
    },
    { login: "Login" }
  ],
  [
    "an OpenID Connect provider without an id of its own, named after its host",
    { ...alone("oidc"), env: { PROVIDER_OIDC_ISSUER: "https://login.example/realm" } },
    { oidc: "login.example" }
  ]
]

const refused: ReadonlyArray<readonly [string, Scenario, string]> = [
  [
    "a package that is nowhere",
    alone("no-such-plugin"),
    `PROVIDERS: the plugin no-such-plugin was found neither from ROOT/alone nor from ${server}`
  ],
  [
    "a path that leads nowhere",
    alone("./none.js"),
    `PROVIDERS: the plugin ./none.js was found neither from ROOT/alone nor from ${server}`
  ],
  [
    "a folder without an entry",
    alone("./empty"),
    "PROVIDERS: the plugin ./empty has neither a package.json that tells its entry, nor an index.js or index.ts: ROOT/alone/empty"
  ],
  [
    "a package that exports something else",
    alone("./closed"),
    "PROVIDERS: the plugin ./closed has a package.json that exports nothing to import as .: ROOT/alone/closed"
  ],
  [
    "a package that was not built",
    alone("./unbuilt"),
    "PROVIDERS: the plugin ./unbuilt lacks the file ./dist/index.js that its package.json exports: ROOT/alone/unbuilt"
  ],
  [
    "a subpath that is not exported",
    product("acme/eu.js"),
    "PROVIDERS: the plugin acme/eu.js has a package.json that exports nothing to import as ./eu.js: ROOT/product/node_modules/acme"
  ],
  [
    "a package.json that is no JSON",
    alone("./broken"),
    "PROVIDERS: the plugin ./broken has a package.json that cannot be read: ROOT/alone/broken"
  ],
  [
    "a plugin that throws, by the first line of its message",
    alone("./throws.js"),
    "PROVIDERS: the plugin ./throws.js cannot be imported: Acme needs a key"
  ],
  [
    "a plugin that throws what is no error",
    alone("./throws-nothing.js"),
    "PROVIDERS: the plugin ./throws-nothing.js cannot be imported: it threw what is no error"
  ],
  [
    "a plugin that is no JavaScript",
    alone("./unparseable.js"),
    "PROVIDERS: the plugin ./unparseable.js cannot be imported: Unexpected end of input"
  ],
  [
    "a plugin that lacks a library",
    alone("./lacking.js"),
    "PROVIDERS: the plugin ./lacking.js cannot be imported: Cannot find package 'no-such-library' imported from ROOT/alone/lacking.js"
  ],
  [
    "TypeScript that is more than types",
    product("enums"),
    "PROVIDERS: the plugin enums cannot be imported: TypeScript enum is not supported in strip-only mode"
  ],
  [
    "a plugin without a default export",
    alone("./nameless.js"),
    "PROVIDERS: the plugin ./nameless.js has no default export; there must be export default defineProvider({ … }): ROOT/alone/nameless.js"
  ],
  ["a manifest that cannot be read", alone("./trap.js"), "PROVIDERS: the plugin ./trap.js cannot be read: not now"],
  [
    "a plugin of another contract, by both versions",
    alone("./version.js"),
    "PROVIDERS: the plugin ./version.js does not keep to the plugin contract:\n  apiVersion: is 2, but this server speaks version 1 of the plugin contract"
  ],
  [
    "a malformed manifest, field by field",
    alone("./wrong.js"),
    "PROVIDERS: the plugin ./wrong.js does not keep to the plugin contract:\n  scopes: must be a list\n  pkce: is missing; it must be required or unsupported"
  ],
  [
    "two plugins of one id, naming both",
    alone("./acme.js", "./exports"),
    "PROVIDERS: both ./acme.js and ./exports have the id acme; leave one of them out"
  ],
  [
    "an OpenID Connect provider without its issuer",
    alone("oidc:login"),
    "PROVIDER_LOGIN_ISSUER: must be set, since PROVIDERS names oidc:login"
  ],
  [
    "an OpenID Connect provider whose id is none",
    alone("oidc:My Login"),
    "PROVIDERS: the id in oidc:My Login must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter"
  ]
]

const placed = <A>(value: A): A => JSON.parse(JSON.stringify(value).replaceAll("ROOT", root.path))

beforeAll(async () => {
  root = await folderWith(files)
  const scenarios = [...loaded, ...refused].map(([, start]) => start)
  // One process for all: what the loader teaches Node stays with that process, and no warning may come with it
  const { code, output } = await runToEnd("test/server/PluginHost.ts", {}, [JSON.stringify(placed(scenarios))])
  assert.strictEqual(code, 0, output)
  outcomes = JSON.parse(output)
})

afterAll(() => root?.remove())

describe("PROVIDERS can name", () => {
  it.each(loaded.map(([what, , names], index) => ({ what, names, index })))("$what", ({ index, names }) =>
    assert.deepStrictEqual(outcomes[index], { names })
  )
})

describe("a start is refused in one message for", () => {
  it.each(refused.map(([what, , message], index) => ({ what, message, index })))("$what", ({ index, message }) =>
    assert.deepStrictEqual(outcomes[loaded.length + index], { refused: placed(message) })
  )
})

describe("a plugin whose code never ends", () => {
  it.effect("is given up", () =>
    Effect.gen(function* () {
      const loading = yield* Effect.forkChild(Effect.flip(load(`${root.path}/alone/endless.js`, false)), {
        startImmediately: true
      })
      yield* TestClock.adjust("10 seconds")
      assert.include((yield* Fiber.join(loading)).message, "cannot be imported: it is not done after 10 seconds")
    })
  )
})
