import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "../E2eDatabase.ts"
import { type Browser, connect, type RunningService, start, temporaryFolder } from "../RunningService.ts"
import { accounts, type Client, startQuickFake } from "./QuickFake.ts"

const client: Client = { id: "quick-client", secret: "quick-secret" }

/** Each is pointed at the fake in another of the ways that there are. */
const settingsFor = (url: string): Readonly<Record<string, string>> => ({
  PROVIDER_GOOGLE_ISSUER: url,
  PROVIDER_GOOGLE_AUTHORIZATION_ENDPOINT: `${url}/google/authorize`,
  PROVIDER_GOOGLE_TOKEN_ENDPOINT: `${url}/google/token`,
  PROVIDER_GOOGLE_REVOCATION_ENDPOINT: `${url}/google/revoke`,
  PROVIDER_GOOGLE_JWKS_URI: `${url}/google/certs`,
  PROVIDER_YOUTUBE_AUTHORIZATION_ENDPOINT: `${url}/yt/authorize`,
  PROVIDER_YOUTUBE_TOKEN_ENDPOINT: `${url}/yt/token`,
  PROVIDER_YOUTUBE_REVOCATION_ENDPOINT: `${url}/yt/revoke`,
  PROVIDER_YOUTUBE_API_BASE_URL: url,
  PROVIDER_MICROSOFT_ISSUER: `${url}/{tenantid}/v2.0`,
  PROVIDER_MICROSOFT_AUTHORIZATION_ENDPOINT: `${url}/common/oauth2/v2.0/authorize`,
  PROVIDER_MICROSOFT_TOKEN_ENDPOINT: `${url}/common/oauth2/v2.0/token`,
  PROVIDER_MICROSOFT_JWKS_URI: `${url}/common/discovery/v2.0/keys`,
  PROVIDER_NOTION_API_BASE_URL: url
})

const journeys = [
  { id: "google", how: "all endpoints, its keys and its issuer", feature: "calendar.read", revocation: "revoked" },
  {
    id: "youtube",
    how: "endpoints and API, with ID tokens that nobody can verify",
    feature: "videos.upload",
    revocation: "revoked"
  },
  {
    id: "microsoft",
    how: "endpoints, keys and an issuer for each tenant",
    feature: "mail.read",
    revocation: "unsupported"
  },
  { id: "notion", how: "its API's address alone", feature: "pages.read", revocation: "revoked" }
] as const

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let fake: Awaited<ReturnType<typeof startQuickFake>>
let service: RunningService

const browse: Browser = async (url) => {
  const { headers } = await fetch(url, { redirect: "manual" })
  return new URL(headers.get("location") ?? "about:blank")
}

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  fake = await startQuickFake(client)
  service = await start(folder.path, {
    DATABASE_URL: database.url,
    PROVIDERS: journeys.map(({ id }) => id).join(),
    ...Object.fromEntries(
      journeys.flatMap(({ id }) => [
        [`PROVIDER_${id.toUpperCase()}_CLIENT_ID`, client.id],
        [`PROVIDER_${id.toUpperCase()}_CLIENT_SECRET`, client.secret]
      ])
    ),
    ...settingsFor(fake.url)
  })
})

afterAll(async () => {
  await service?.stop()
  await fake?.stop()
  await folder?.remove()
  await database?.drop()
})

describe("at a fake that was written from the providers' documentation alone", () => {
  for (const { feature, how, id, revocation } of journeys) {
    it(`${id}, pointed there by ${how}, does the whole job`, async () => {
      const integration = await connect(service, "ada", { provider: id, features: [`${id}.${feature}`] }, browse)
      assert.deepStrictEqual(integration.account, accounts[id])
      assert.deepStrictEqual(integration.features, [`${id}.${feature}`])
      const path = `/v1/users/ada/integrations/${integration.id}`
      const bearer = await service.token("worker", "service")
      const answers = [
        await service.api("POST", `${path}/token`, { bearer }),
        await service.api("POST", `${path}/refresh`, { bearer }),
        await service.api("POST", `${path}/refresh`, { bearer }),
        await service.api("POST", `${path}/token`, { bearer })
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [200, 200, 200, 200]
      )
      const tokens = answers.map(({ body }) => String(body.access_token))
      assert.strictEqual(new Set(tokens).size, 3)
      const last = tokens[3] ?? ""
      assert.strictEqual(last, tokens[2])
      assert.isTrue(fake.isGood(last))
      const ended = await service.api("DELETE", path, { bearer })
      assert.deepInclude(ended.body, { id: integration.id, status: "disconnected", revocation })
      assert.strictEqual(fake.isGood(last), revocation === "unsupported")
    })
  }
})
