import { Effect, Exit, Scope } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort } from "./Processes.ts"
import { connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

const guide = new URL("../../docs/plugins.md", import.meta.url)

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let service: RunningService
const scope = Scope.makeUnsafe()

/** A server that nobody told of the plugin stands where the guide's fictional one would. */
beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  const [, plugin = ""] = /```ts\n([\s\S]*?)```/.exec(await readFile(guide, "utf8")) ?? []
  const [, id = ""] = /\bid: "([a-z]+)"/.exec(plugin) ?? []
  assert.strictEqual(id, "acme")
  const path = join(folder.path, "acme.ts")
  await writeFile(path, plugin)
  const port = await freePort()
  const server = await Effect.runPromise(
    HonestAuthorizationServer.start({
      algorithm: "ES256",
      redirectUri: `http://localhost:${port}/v1/callback/acme`,
      scopes: ["openid", "offline_access", "files.read", "files.write"],
      configuration: { claims: { openid: ["sub", "email", "name"] }, rotateRefreshToken: true }
    }).pipe(Scope.provide(scope))
  )
  service = await start(folder.path, {
    PORT: String(port),
    DATABASE_URL: database.url,
    PROVIDERS: path,
    PROVIDER_ACME_CLIENT_ID: server.clientId,
    PROVIDER_ACME_CLIENT_SECRET: server.clientSecret,
    PROVIDER_ACME_AUTHORIZATION_ENDPOINT: `${server.issuer}/auth`,
    PROVIDER_ACME_TOKEN_ENDPOINT: `${server.issuer}/token`,
    PROVIDER_ACME_REVOCATION_ENDPOINT: `${server.issuer}/token/revocation`,
    PROVIDER_ACME_USERINFO_ENDPOINT: `${server.issuer}/me`
  })
})

afterAll(async () => {
  await service?.stop()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await folder?.remove()
  await database?.drop()
})

describe("the plugin of docs/plugins.md, loaded from a folder of its own", () => {
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
