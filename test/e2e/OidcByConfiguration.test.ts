import { Effect, Exit, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort } from "./Processes.ts"
import { connect, start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const scope = Scope.makeUnsafe()

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await folder?.remove()
  await database?.drop()
})

describe("an OpenID Connect provider of which no plugin knows", () => {
  it("connects, identifies, hands out tokens, refreshes twice and is revoked, by configuration alone", async () => {
    const port = await freePort()
    const server = await Effect.runPromise(
      HonestAuthorizationServer.start({
        algorithm: "ES256",
        redirectUri: `http://localhost:${port}/v1/callback/acme-login`,
        scopes: ["openid", "offline_access", "email", "profile"]
      }).pipe(Scope.provide(scope))
    )
    const service = await start(folder.path, {
      DATABASE_URL: database.url,
      PORT: String(port),
      PROVIDERS: "oidc:acme-login",
      PROVIDER_ACME_LOGIN_ISSUER: server.issuer,
      PROVIDER_ACME_LOGIN_NAME: "Acme Login",
      PROVIDER_ACME_LOGIN_CLIENT_ID: server.clientId,
      PROVIDER_ACME_LOGIN_CLIENT_SECRET: server.clientSecret,
      PROVIDER_ACME_LOGIN_SCOPES: "email profile offline_access",
      PROVIDER_ACME_LOGIN_CLIENT_SECRETS: "a slip"
    })
    try {
      const user = await service.token("ada", "user")
      const worker = await service.token("worker", "service")
      const { body } = await service.api("GET", "/v1/providers", { bearer: user })
      assert.deepInclude(body.data[0], { id: "acme-login", name: "Acme Login", configured: true })
      const integration = await connect(service, "ada", { provider: "acme-login" }, (url) =>
        Effect.runPromise(HonestAuthorizationServer.visit(url))
      )
      assert.deepInclude(integration.account, { id: "ada", email: "ada@example.org" })
      const path = `/v1/users/ada/integrations/${integration.id}`
      const token = async () => (await service.api("POST", `${path}/token`, { bearer: worker })).body.access_token
      const tokens = [await token()]
      for (const _ of [1, 2]) {
        assert.strictEqual((await service.api("POST", `${path}/refresh`, { bearer: user })).status, 200)
        tokens.push(await token())
      }
      assert.strictEqual(new Set(tokens).size, 3)
      const ended = await service.api("DELETE", path, { bearer: user })
      assert.deepInclude(ended.body, { status: "disconnected", revocation: "revoked" })
      assert.include(service.output(), "PROVIDER_ACME_LOGIN_CLIENT_SECRETS has no effect.")
    } finally {
      await service.stop()
    }
  })
})
