import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { startInGooglesPlace } from "./InGooglesPlace.ts"
import { freePort } from "./Processes.ts"
import { startProxy } from "./RecordingProxy.ts"
import { connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let google: Awaited<ReturnType<typeof startInGooglesPlace>>
let proxy: Awaited<ReturnType<typeof startProxy>>
let services: ReadonlyArray<RunningService> = []

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  google = await startInGooglesPlace()
  // Long enough that all callers have asked before the first answer comes
  proxy = await startProxy(`${google.issuer}/token`, 2000)
  const env = {
    ...google.env,
    DATABASE_URL: database.url,
    PROVIDER_GOOGLE_TOKEN_ENDPOINT: proxy.url,
    VAULT_KEYS: `k1:${Buffer.alloc(32, "0123456789abcdef").toString("base64")}`
  }
  // Both migrate the same empty database at once, and share the development issuer by their data folder.
  services = await Promise.all([
    start(join(folder.path, "data"), env),
    start(join(folder.path, "data"), {
      ...env,
      PORT: String(await freePort()),
      PUBLIC_URL: `http://localhost:${env.PORT}`
    })
  ])
})

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()))
  proxy?.close()
  await google?.stop()
  await folder?.remove()
  await database?.drop()
})

const refreshes = () => proxy.exchanges.filter(({ form }) => form.get("grant_type") === "refresh_token").length

describe("two servers on one database", () => {
  it("refresh a token once when 40 callers of both ask at the same moment", async () => {
    const [one, two] = services
    if (one === undefined || two === undefined) throw new Error("two services run")
    const { id } = await connect(one, "ada", { provider: "google" }, google.browser)
    const worker = await one.token("worker", "service")
    const before = refreshes()
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? one : two).api("POST", `/v1/users/ada/integrations/${id}/refresh`, { bearer: worker })
      )
    )
    assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.strictEqual(new Set(answers.map(({ body }) => body.access_token)).size, 1)
    assert.strictEqual(refreshes() - before, 1)
  })

  it("finish a refresh whose caller has hung up", async () => {
    const [one, two] = services
    if (one === undefined || two === undefined) throw new Error("two services run")
    const { id } = await connect(one, "bea", { provider: "google" }, google.browser)
    const worker = await one.token("worker", "service")
    const path = `/v1/users/bea/integrations/${id}`
    const read = async () => (await two.api("POST", `${path}/token`, { bearer: worker })).body.access_token
    const old = await read()
    const before = refreshes()
    await fetch(`${one.baseUrl}${path}/refresh`, {
      method: "POST",
      headers: { authorization: `Bearer ${worker}` },
      signal: AbortSignal.timeout(200)
    }).catch(() => undefined)
    const deadline = Date.now() + 10_000
    while ((await read()) === old && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.notStrictEqual(await read(), old)
    assert.strictEqual(refreshes() - before, 1)
  })
})
