import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { startInGooglesPlace } from "./InGooglesPlace.ts"
import { connect, start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
})

afterAll(async () => {
  await folder?.remove()
  await database?.drop()
})

describe("a standards-following server in Google's place, by configuration alone", () => {
  for (const algorithm of ["RS256", "ES256"]) {
    it(`does the main job, with the account from an ID token in ${algorithm}`, async () => {
      const google = await startInGooglesPlace(algorithm)
      const service = await start(folder.path, { ...google.env, DATABASE_URL: database.url })
      try {
        const user = await service.token(`ada-${algorithm}`, "user")
        const worker = await service.token("worker", "service")
        const integration = await connect(service, `ada-${algorithm}`, { provider: "google" }, google.browser)
        assert.deepInclude(integration.account, { id: "ada", email: "ada@example.org" })
        assert.sameMembers(integration.scopes, ["openid", "email", "profile"])
        const path = `/v1/users/ada-${algorithm}/integrations/${integration.id}`
        const first = await service.api("POST", `${path}/token`, { bearer: worker })
        assert.strictEqual(first.status, 200)
        assert.strictEqual((await service.api("POST", `${path}/refresh`, { bearer: user })).status, 200)
        const second = await service.api("POST", `${path}/token`, { bearer: worker, body: { min_ttl: 60 } })
        assert.notStrictEqual(second.body.access_token, first.body.access_token)
        const ended = await service.api("DELETE", path, { bearer: user })
        assert.deepInclude(ended.body, { status: "disconnected", revocation: "revoked" })
      } finally {
        await service.stop()
        await google.stop()
      }
    })
  }
})
