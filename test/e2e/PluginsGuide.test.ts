import { Effect, Exit, Scope } from "effect"
import { execFile } from "node:child_process"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort, runToEnd } from "./Processes.ts"
import { connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

const checkout = fileURLToPath(new URL("../..", import.meta.url))

const scope = Scope.makeUnsafe()
let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let env: Record<string, string>
let commands: string

/** Where the guide's plugin lies, as its three sections have it: a file, a package, and a folder with its tests. */
const places = { file: "file/acme.ts", package: "product/node_modules/@acme/oauth-manager-provider", tested: "tested" }

const write = async (name: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder.path, name)), { recursive: true })
  await writeFile(join(folder.path, name), text)
}

/** A server that nobody told of the plugin stands where the guide's fictional one would. */
const startInAcmesPlace = async (): Promise<Record<string, string>> => {
  const port = await freePort()
  const server = await Effect.runPromise(
    HonestAuthorizationServer.start({
      algorithm: "ES256",
      redirectUri: `http://localhost:${port}/v1/callback/acme`,
      scopes: ["openid", "offline_access", "files.read", "files.write"],
      configuration: { claims: { openid: ["sub", "email", "name"] }, rotateRefreshToken: true }
    }).pipe(Scope.provide(scope))
  )
  return {
    PORT: String(port),
    DATABASE_URL: database.url,
    PROVIDER_ACME_CLIENT_ID: server.clientId,
    PROVIDER_ACME_CLIENT_SECRET: server.clientSecret,
    PROVIDER_ACME_AUTHORIZATION_ENDPOINT: `${server.issuer}/auth`,
    PROVIDER_ACME_TOKEN_ENDPOINT: `${server.issuer}/token`,
    PROVIDER_ACME_REVOCATION_ENDPOINT: `${server.issuer}/token/revocation`,
    PROVIDER_ACME_USERINFO_ENDPOINT: `${server.issuer}/me`
  }
}

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  const guide = await readFile(join(checkout, "docs/plugins.md"), "utf8")
  const blocks = (language: string): ReadonlyArray<string> =>
    [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, block = ""]) => block)
  const [plugin = "", tests = ""] = blocks("ts")
  const [manifest = ""] = blocks("json")
  commands = blocks("sh").find((block) => block.includes("$CHECKOUT")) ?? ""
  assert.include(plugin, `id: "acme"`)
  assert.include(tests, "conformance(acme)")
  assert.include(commands, "vitest")
  await write(places.file, plugin)
  await write(`${places.package}/acme.ts`, plugin)
  await write(`${places.package}/package.json`, manifest)
  await write(`${places.tested}/acme.ts`, plugin)
  await write(`${places.tested}/acme.test.ts`, tests)
  env = await startInAcmesPlace()
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await folder?.remove()
  await database?.drop()
})

describe.each([
  { what: "a file", place: places.file },
  { what: "a package", place: places.package }
])("the plugin of docs/plugins.md, loaded as $what from outside the repository", ({ place }) => {
  let service: RunningService

  beforeAll(async () => {
    service = await start(folder.path, { ...env, PROVIDERS: join(folder.path, place) })
  })

  afterAll(async () => service?.stop())

  it("is listed for a frontend to draw its page from", async () => {
    const { body } = await service.api("GET", "/v1/providers", { bearer: await service.token("ada", "user") })
    assert.deepStrictEqual(
      body.data.map(({ id, configured, name }: Record<string, unknown>) => [id, name, configured]),
      [["acme", "Acme Files", true]]
    )
    assert.deepInclude(body.data[0], {
      brand: { color: "#b3261e", monogram: "A", logo_svg: null },
      api: { base_url: "https://api.acme.example", hosts: ["api.acme.example"] }
    })
  })

  it("connects, identifies the account, hands out a token, refreshes twice and disconnects", async () => {
    const browse = (url: string) => Effect.runPromise(HonestAuthorizationServer.visit(url))
    const request = { provider: "acme", features: ["acme.files.read"] }
    const integration = await connect(service, "ada", request, browse)
    assert.deepStrictEqual(integration.account, { id: "ada", email: "ada@example.org", name: "Ada" })
    assert.deepStrictEqual(integration.features, ["acme.files.read"])
    const path = `/v1/users/ada/integrations/${integration.id}`
    const bearer = await service.token("worker", "service")
    const tokens = [await service.api("POST", `${path}/token`, { bearer })]
    for (let times = 0; times < 2; times++) tokens.push(await service.api("POST", `${path}/refresh`, { bearer }))
    assert.deepStrictEqual(
      tokens.map(({ status }) => status),
      [200, 200, 200]
    )
    assert.strictEqual(new Set(tokens.map(({ body }) => body.access_token)).size, 3)
    const ended = await service.api("DELETE", path, { bearer })
    assert.deepStrictEqual(ended.body, { id: integration.id, status: "disconnected", revocation: "revoked" })
  })
})

describe("the package of docs/plugins.md", () => {
  it("is found by its name where a deployment's working directory has it installed", async () => {
    const scenario = { folder: join(folder.path, "product"), providers: ["@acme/oauth-manager-provider"] }
    const { code, output } = await runToEnd("test/server/PluginHost.ts", {}, [JSON.stringify([scenario])])
    assert.strictEqual(code, 0, output)
    assert.deepStrictEqual(JSON.parse(output), [{ names: { acme: "Acme Files" } }])
  })
})

describe("the conformance test of docs/plugins.md", () => {
  it("passes in a folder outside the repository, by the guide's own commands", async () => {
    const { stdout } = await promisify(execFile)("sh", ["-ec", commands], {
      cwd: join(folder.path, places.tested),
      env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, CHECKOUT: checkout, NO_COLOR: "1" }
    })
    assert.match(stdout, /Tests +\d{2,} passed \(/)
  }, 60_000)
})
