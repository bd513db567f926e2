import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { authorize, connect, type RunningService, sandboxBrowser, start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let service: RunningService

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  service = await start(folder.path, { DATABASE_URL: database.url })
})

afterAll(async () => {
  await service?.stop()
  await folder?.remove()
  await database?.drop()
})

const userinfo = async (token: string): Promise<Response> => {
  const bearer = await service.token("ada", "user")
  const begun = await service.api("POST", "/v1/users/me/authorizations", {
    bearer,
    body: { provider: "sandbox", return_to: service.baseUrl }
  })
  return await fetch(new URL("/me", begun.body.authorization_url), { headers: { authorization: `Bearer ${token}` } })
}

describe("the main job against the sandbox authorization server", () => {
  it("connects an account, hands out a token that works, refreshes it, and disconnects", async () => {
    const user = await service.token("ada", "user")
    const worker = await service.token("worker", "service")
    const integration = await connect(service, "ada")
    assert.deepInclude(integration, {
      provider: "sandbox",
      status: "active",
      features: ["sandbox.notes.read"],
      missing_scopes: []
    })
    assert.deepInclude(integration.account, { id: "ada", email: "ada@sandbox.test", name: "Ada" })

    const path = `/v1/users/ada/integrations/${integration.id}`
    const first = await service.api("POST", `${path}/token`, { bearer: worker, body: { purpose: "import" } })
    assert.strictEqual(first.status, 200)
    assert.strictEqual(first.headers.get("cache-control"), "no-store")
    assert.deepInclude(first.body, { token_type: "Bearer", refreshed: false, warnings: [] })
    const used = await userinfo(first.body.access_token)
    assert.deepInclude(await used.json(), { sub: "ada" })

    const refreshed = await service.api("POST", `${path}/refresh`, { bearer: user })
    assert.strictEqual(refreshed.status, 200)
    assert.notProperty(refreshed.body, "access_token")
    const second = await service.api("POST", `${path}/token`, { bearer: worker, body: {} })
    assert.notStrictEqual(second.body.access_token, first.body.access_token)

    const ended = await service.api("DELETE", path, { bearer: user })
    assert.deepStrictEqual(ended.body, { id: integration.id, status: "disconnected", revocation: "revoked" })
    const again = await service.api("DELETE", path, { bearer: user })
    assert.deepStrictEqual(again.body, ended.body)
    assert.strictEqual((await userinfo(second.body.access_token)).status, 401)
    const refused = await service.api("POST", `${path}/token`, { bearer: worker })
    assert.strictEqual(refused.status, 409)
    assert.strictEqual(refused.body.code, "disconnected")
    const listed = await service.api("GET", "/v1/users/me/integrations?status=disconnected", { bearer: user })
    assert.include(
      listed.body.data.map(({ id }: { id: string }) => id),
      integration.id
    )
  })

  it("never redeems a code for another than the user who began", async () => {
    const { id, completionToken } = await authorize(service, "ada", { provider: "sandbox" }, sandboxBrowser("victim"))
    const body = { completion_token: completionToken }
    const path = `/v1/users/me/authorizations/${id}/complete`
    const stolen = await service.api("POST", path, { bearer: await service.token("mallory", "user"), body })
    assert.strictEqual(stolen.status, 404)
    const late = await service.api("POST", path, { bearer: await service.token("ada", "user"), body })
    assert.strictEqual(late.status, 409)
    assert.strictEqual(late.body.code, "authorization_failed")
  })

  it("redeems a completion token once", async () => {
    const { id, completionToken } = await authorize(service, "bea", { provider: "sandbox" }, sandboxBrowser("bea"))
    const bearer = await service.token("bea", "user")
    const complete = () =>
      service.api("POST", `/v1/users/me/authorizations/${id}/complete`, {
        bearer,
        body: { completion_token: completionToken }
      })
    const answers = await Promise.all([complete(), complete(), complete(), complete()])
    assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409])
    const after = await complete()
    assert.strictEqual(after.body.code, "authorization_completed")
    const status = await service.api("GET", `/v1/users/me/authorizations/${id}`, { bearer })
    assert.strictEqual(status.body.status, "completed")
    assert.strictEqual(status.body.integration_id, after.body.integration_id)
  })

  it("uses a state up at the first callback", async () => {
    const { callback } = await authorize(service, "cyd", { provider: "sandbox" }, sandboxBrowser("cyd"))
    const again = await fetch(callback, { redirect: "manual" })
    assert.strictEqual(again.status, 400)
    assert.strictEqual((await again.json()).code, "unknown_state")
    const page = await fetch(callback, { redirect: "manual", headers: { accept: "text/html" } })
    assert.include(page.headers.get("content-type"), "text/html")
    assert.notInclude(await page.text(), callback.searchParams.get("state") ?? "no state")
  })

  it("mends the same integration when the account is authorized again", async () => {
    const first = await connect(service, "dot")
    const second = await connect(service, "dot", { provider: "sandbox", features: ["sandbox.calendar.read"] })
    assert.strictEqual(second.id, first.id)
    assert.sameMembers(second.missing_scopes, ["sandbox.notes.read"])
    const upgraded = await connect(service, "dot", {
      provider: "sandbox",
      integration_id: first.id,
      features: ["sandbox.notes.read"]
    })
    assert.deepStrictEqual(upgraded.missing_scopes, [])
    assert.sameMembers(upgraded.features, ["sandbox.notes.read", "sandbox.calendar.read"])
  })

  it("keeps the integration as it was when an upgrade comes back with another account", async () => {
    const first = await connect(service, "eve")
    const { id, completionToken } = await authorize(
      service,
      "eve",
      { provider: "sandbox", integration_id: first.id, features: ["sandbox.calendar.read"] },
      sandboxBrowser("someone.else")
    )
    const bearer = await service.token("eve", "user")
    const refused = await service.api("POST", `/v1/users/me/authorizations/${id}/complete`, {
      bearer,
      body: { completion_token: completionToken }
    })
    assert.strictEqual(refused.status, 409)
    assert.strictEqual(refused.body.code, "account_mismatch")
    const kept = await service.api("GET", `/v1/users/me/integrations/${first.id}`, { bearer })
    assert.deepStrictEqual(kept.body, first)
  })

  it("shows one user nothing of another", async () => {
    const integration = await connect(service, "fay")
    const stranger = await service.token("gus", "user")
    const unknown = "/v1/users/me/integrations/0190b4c5-0000-7000-8000-000000000001"
    const answers = await Promise.all([
      service.api("GET", unknown, { bearer: stranger }),
      service.api("GET", `/v1/users/me/integrations/${integration.id}`, { bearer: stranger }),
      service.api("GET", `/v1/users/fay/integrations/${integration.id}`, { bearer: stranger }),
      service.api("DELETE", `/v1/users/fay/integrations/${integration.id}`, { bearer: stranger })
    ])
    const bodies = answers.map(({ body }) => ({ ...body, request_id: "" }))
    for (const body of bodies) assert.deepStrictEqual(body, bodies[0])
    assert.strictEqual(answers[0]?.status, 404)
  })

  it("stops on SIGTERM with exit code 0", async () => {
    const [other, own] = [await temporaryFolder(), await databaseFor()]
    const stopped = await start(other.path, { DATABASE_URL: own.url })
    assert.strictEqual(await stopped.stop(), 0)
    await other.remove()
    await own.drop()
  }, 90_000)
})
