import pg from "pg"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assertAbsent, secretsOf } from "../security/Canaries.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { startInGooglesPlace } from "./InGooglesPlace.ts"
import { startProxy } from "./RecordingProxy.ts"
import { authorize, connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

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

/** Every row of every table of the database as text, bytes as hexadecimal digits. */
const dump = async (url: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows: tables } = await client.query(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
  )
  const lines: Array<string> = []
  for (const { name } of tables) {
    const { rows } = await client.query(`SELECT to_jsonb(t)::text AS line FROM ${name} t`)
    lines.push(name, ...rows.map(({ line }) => line))
  }
  await client.end()
  return lines.join("\n")
}

describe("what is stored and logged", () => {
  it("row 31: holds no token, code, verifier, state, completion token or client secret in any encoding", async () => {
    const google = await startInGooglesPlace()
    const proxy = await startProxy(`${google.issuer}/token`)
    let service: RunningService | undefined
    try {
      service = await start(folder.path, {
        ...google.env,
        DATABASE_URL: database.url,
        PROVIDER_GOOGLE_TOKEN_ENDPOINT: proxy.url,
        LOG_LEVEL: "trace"
      })
      const integration = await connect(service, "ada", { provider: "google" }, google.browser)
      const worker = await service.token("worker", "service")
      const path = `/v1/users/ada/integrations/${integration.id}`
      await service.api("POST", `${path}/refresh`, { bearer: worker })
      await service.api("POST", `${path}/token`, { bearer: worker })
      const parked = await authorize(service, "ada", { provider: "google" }, google.browser)

      const secrets = [
        google.clientSecret,
        parked.completionToken,
        worker,
        ...secretsOf(parked.callback.searchParams, ["code", "state"]),
        ...proxy.exchanges.flatMap(({ form, answer }) => [
          ...secretsOf(form, ["code", "code_verifier", "refresh_token"]),
          ...secretsOf(Object.entries(answer), ["access_token", "refresh_token", "id_token"])
        ])
      ]
      assert.isAtLeast(secrets.length, 10)
      const dumped = await dump(database.url)
      // What is not secret is found by the same search: it would find a secret too.
      assert.throws(() => assertAbsent([integration.account.email], "the database", dumped))
      assert.throws(() => assertAbsent(["scope", integration.id], "the database", dumped))
      assertAbsent(secrets, "the database", dumped)
      const logged = service.output()
      assert.include(logged, "/v1/callback/")
      assertAbsent(secrets, "the log", logged)
    } finally {
      await service?.stop()
      proxy.close()
      await google.stop()
    }
  })
})
