import { Effect } from "effect"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { query } from "../postgres/embedded/Query.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort, run, runToEnd } from "./Processes.ts"
import { temporaryFolder } from "./RunningService.ts"

const main = "apps/server/src/main.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let issuer: Server
let issuerUrl: string

/** An auth service and a provider in one: its keys, its metadata, and a token endpoint that refuses a GET. */
const answer = (path: string): readonly [number, object] => {
  switch (path) {
    case "/jwks":
      return [200, { keys: [{ kty: "EC", crv: "P-256", x: "", y: "" }] }]
    case "/.well-known/openid-configuration":
      return [
        200,
        {
          issuer: issuerUrl,
          authorization_endpoint: `${issuerUrl}/authorize`,
          token_endpoint: `${issuerUrl}/token`,
          jwks_uri: `${issuerUrl}/jwks`
        }
      ]
    default:
      return [405, {}]
  }
}

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  issuer = createServer((request, response) => {
    const [status, body] = answer(request.url ?? "")
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  }).listen(0, "127.0.0.1")
  await once(issuer, "listening")
  const address = issuer.address()
  issuerUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
})

afterAll(async () => {
  issuer?.close()
  await folder?.remove()
  await database?.drop()
})

const command = (env: Record<string, string>, ...args: ReadonlyArray<string>) =>
  runToEnd(main, { DATA_DIR: folder.path, ...env }, args)

const healthy = () => ({
  DATABASE_URL: database.url,
  AUTH_ISSUER: issuerUrl,
  AUTH_AUDIENCE: "oauth-manager",
  AUTH_JWKS_URL: `${issuerUrl}/jwks`,
  PROVIDERS: "oidc:acme",
  PROVIDER_ACME_ISSUER: issuerUrl,
  PROVIDER_ACME_CLIENT_ID: "client",
  PROVIDER_ACME_CLIENT_SECRET: "hush"
})

describe("the command line", () => {
  it("refuses an unknown command with the usage, and fails", async () => {
    const { code, output } = await command({}, "serf")
    assert.strictEqual(code, 1)
    assert.include(output, "USAGE")
    assert.include(output, "serf")
  })

  it("prints a token, and nothing else", async () => {
    const { code, output } = await command({}, "token", "--user", "ada", "--role", "user")
    assert.strictEqual(code, 0)
    assert.match(output, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  })

  it("is broken off with a code that tells so", async () => {
    const migrating = run(main, { DATABASE_URL: "postgres://127.0.0.1:1/none" }, ["migrate"])
    while (!migrating.output().includes("trying again")) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.strictEqual(await migrating.stop("SIGINT"), 130)
  })
})

describe("a new deployment", () => {
  it("has the doctor tell what is to be done, and change nothing", async () => {
    const elsewhere = join(folder.path, "not", "yet")
    const { code, output } = await command({ ...healthy(), DATA_DIR: elsewhere }, "doctor")
    assert.strictEqual(code, 0)
    assert.match(output, /^warn {2}migrations +not run yet: 1, 2/m)
    assert.include(output, "-> Run oauth-manager migrate")
    assert.notInclude(await readdir(folder.path), "not")
    const [made] = await Effect.runPromise(query(database.url, "SELECT to_regnamespace('oauth_manager') AS schema"))
    assert.deepStrictEqual(made, { schema: null })
  })

  it("is migrated once", async () => {
    const first = await command({ DATABASE_URL: database.url }, "migrate")
    assert.strictEqual(first.code, 0)
    assert.match(first.output, /^Ran migrations 1, 2/)
    const second = await command({ DATABASE_URL: database.url }, "migrate")
    assert.deepStrictEqual(second, { code: 0, output: "The database is up to date.\n" })
  })

  it("is found healthy then", async () => {
    const { code, output } = await command(healthy(), "doctor", "--json")
    const { findings, ok } = JSON.parse(output)
    assert.strictEqual(code, 0)
    assert.isTrue(ok)
    // The server of the tests runs without fsync
    const others = findings.filter(({ status }: { readonly status: string }) => status !== "ok")
    assert.deepStrictEqual(
      others.map(({ check }: { readonly check: string }) => check),
      ["durability"]
    )
    for (const check of [
      "configuration",
      "database",
      "migrations",
      "database role",
      "clock",
      "callers",
      "provider acme"
    ]) {
      assert.isTrue(
        findings.some((finding: { readonly check: string }) => finding.check === check),
        check
      )
    }
  })
})

describe("a broken deployment", () => {
  it("has every fault named, and no secret shown", async () => {
    const nothing = await freePort()
    const { code, output } = await command(
      {
        ...healthy(),
        DATABASE_URL: `postgres://login:hush@127.0.0.1:${nothing}/product`,
        PORT: "eighty",
        AUTH_JWKS_URL: `${issuerUrl}/elsewhere`,
        PROVIDERS: "oidc:acme,google,no-such-plugin",
        PROVIDER_ACME_ISSUER: `http://127.0.0.1:${nothing}`,
        PROVIDER_GOOGLE_CLIENT_ID: "client",
        PROVIDER_GOOGLE_CLIENT_SECRETS: "hush"
      },
      "doctor"
    )
    assert.strictEqual(code, 1)
    for (const line of [
      /^fail {2}PORT /m,
      /^fail {2}PROVIDERS +the plugin no-such-plugin was found neither/m,
      /^fail {2}PROVIDER_GOOGLE_CLIENT_SECRET +must be set too/m,
      /^warn {2}configuration +PROVIDER_GOOGLE_CLIENT_SECRETS has no effect/m,
      /^fail {2}database +The database cannot be reached/m,
      /^fail {2}callers +\S+\/elsewhere answers 405/m,
      /^fail {2}provider acme +the metadata of \S+ are not to be had \(unreachable\)/m,
      /\d+ of \d+ checks failed\.\n$/
    ]) {
      assert.match(output, line)
    }
    assert.notInclude(output, "hush")
  })
})
