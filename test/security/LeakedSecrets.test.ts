import { Effect, Exit, Redacted, Scope } from "effect"
import { chmod, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as EmbeddedPostgres from "../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { startInGooglesPlace } from "../e2e/InGooglesPlace.ts"
import { startProxy } from "../e2e/RecordingProxy.ts"
import { authorize, connect, type RunningService, start, temporaryFolder } from "../e2e/RunningService.ts"
import { assertAbsent, secretsOf } from "./Canaries.ts"
import { startCollector } from "./Collector.ts"

const scope = Scope.makeUnsafe()
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let database: { readonly url: string; readonly log: () => Promise<string> }

/** A server that logs each statement with its parameters, and all of an error. */
beforeAll(async () => {
  folder = await temporaryFolder()
  // As root, PostgreSQL runs as somebody else
  await chmod(folder.path, 0o711)
  const dataDir = join(folder.path, "talkative", "postgres")
  const settings = {
    fsync: "off",
    log_statement: "all",
    log_min_messages: "debug1",
    log_error_verbosity: "verbose",
    log_parameter_max_length: "-1",
    log_parameter_max_length_on_error: "-1"
  }
  const { url } = await Effect.runPromise(Scope.provide(EmbeddedPostgres.start({ dataDir, settings }), scope))
  database = { url: Redacted.value(url), log: () => readFile(`${dataDir}.log`, "utf8") }
}, 60_000)

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await folder?.remove()
})

/** What careless callers do with the secrets that they have. */
const misplace = async (service: RunningService, secret: string, id: string): Promise<ReadonlyArray<unknown>> => {
  const bearer = await service.token("ada", "user")
  const text = encodeURIComponent(secret)
  const answers = [
    await service.api("GET", `/v1/users/me/integrations/${text}`, { bearer }),
    await service.api("GET", `/v1/users/me/integrations?access_token=${text}&x=${text}`, { bearer }),
    await service.api("GET", `/v1/${text}?${text}`, { bearer }),
    await service.api("GET", "/v1/users/me/integrations", { bearer: secret }),
    await service.api("POST", `/v1/users/me/authorizations/${id}/complete`, {
      bearer,
      body: { completion_token: secret }
    }),
    await service.api("POST", `/v1/users/me/authorizations`, { bearer, body: { provider: secret, scopes: [secret] } }),
    await service.api("GET", `/v1/callback/google?state=${text}&code=${text}`)
  ]
  return answers.map(({ body, headers, status }) => ({ status, body, headers: [...headers] }))
}

describe("secrets", () => {
  it("row 51: no log, span, metric, event, error or statement that the database logs holds one, in whatever encoding", async () => {
    const google = await startInGooglesPlace()
    const proxy = await startProxy(`${google.issuer}/token`)
    const collector = await startCollector()
    let service: RunningService | undefined
    try {
      service = await start(folder.path, {
        ...google.env,
        DATABASE_URL: database.url,
        PROVIDER_GOOGLE_TOKEN_ENDPOINT: proxy.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        LOG_LEVEL: "all"
      })
      const integration = await connect(service, "ada", { provider: "google" }, google.browser)
      const [ada, worker] = [await service.token("ada", "user"), await service.token("worker", "service")]
      const path = `/v1/users/ada/integrations/${integration.id}`
      await service.api("POST", `${path}/refresh`, { bearer: worker })
      const released = await service.api("POST", `${path}/token`, { bearer: worker, body: { purpose: "a test" } })
      const parked = await authorize(service, "ada", { provider: "google" }, google.browser)
      const answers = await misplace(service, released.body.access_token, parked.id)
      const exported = await service.api("GET", "/v1/users/me/export", { bearer: ada })
      // Its grant is gone at the provider: the refresh fails
      const credentials = [google.clientId, google.clientSecret].map((text) =>
        new URLSearchParams({ text }).toString().slice(5)
      )
      const rotated = proxy.exchanges.findLast(({ answer }) => "refresh_token" in answer)
      const revoked = await fetch(`${google.issuer}/token/revocation`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(credentials.join(":"))}` },
        body: new URLSearchParams({ token: String(rotated?.answer["refresh_token"]) })
      })
      assert.strictEqual(revoked.status, 200)
      const refused = await service.api("POST", `${path}/refresh`, { bearer: worker })
      assert.strictEqual(refused.status, 409)
      await service.api("DELETE", path.replace("ada", "me"), { bearer: ada })
      await service.api("DELETE", "/v1/users/me", { bearer: ada })
      await service.stop()

      assert.strictEqual(released.status, 200)
      const vault = await readFile(join(folder.path, "keyring"), "utf8")
      const secrets = [
        google.clientSecret,
        parked.completionToken,
        worker,
        ada,
        new URL(database.url).password,
        ...vault.split(/[\s,]+/).flatMap((entry) => entry.split(":").slice(1)),
        ...secretsOf(parked.callback.searchParams, ["code", "state"]),
        ...proxy.exchanges.flatMap(({ form, answer }) => [
          ...secretsOf(form, ["code", "code_verifier", "refresh_token"]),
          ...secretsOf(Object.entries(answer), ["access_token", "refresh_token", "id_token"])
        ])
      ].filter((secret) => secret.length > 10)
      assert.isAtLeast(secrets.length, 14)
      const sinks = {
        "the log": service.output(),
        "the exported logs": collector.received.logs,
        "the exported metrics": collector.received.metrics,
        "the exported spans": collector.received.traces,
        "an error": JSON.stringify([...answers, refused]),
        "the user's export": JSON.stringify(exported.body),
        "the database's log": await database.log()
      }
      for (const [where, text] of Object.entries(sinks)) {
        assert.isAbove(text.length, 100, where)
        assertAbsent(secrets, where, text)
      }
      // The same search finds what is no secret
      assert.throws(() => assertAbsent([integration.id], "the database's log", sinks["the database's log"]))
      assert.throws(() => assertAbsent(["/v1/callback/"], "spans", sinks["the exported spans"]))
      assert.include(sinks["the exported spans"], '"http.route"')
      assert.notInclude(sinks["the exported spans"], "url.full")
    } finally {
      await service?.stop()
      collector.close()
      proxy.close()
      await google.stop()
    }
  }, 120_000)
})
