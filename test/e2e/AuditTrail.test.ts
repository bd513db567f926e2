import { Effect } from "effect"
import { once } from "node:events"
import { readFile, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { query } from "../postgres/embedded/Query.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { runToEnd } from "./Processes.ts"
import { connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

const main = "apps/server/src/main.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let service: RunningService
let auditor: string

/** An OTLP collector that may be broken. */
const collector = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(isCollectorBroken ? 503 : 200).end("{}"))
})
let isCollectorBroken = false

const audit = (...args: ReadonlyArray<string>) =>
  runToEnd(main, { DATA_DIR: join(folder.path, "data"), DATABASE_URL: database.url }, ["audit", ...args])

const eventually = async (look: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail("it did not come about")
}

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  collector.listen(0, "127.0.0.1")
  await once(collector, "listening")
  service = await start(join(folder.path, "data"), {
    DATABASE_URL: database.url,
    AUDIT_CHECKPOINT_INTERVAL: "1",
    AUDIT_SINKS: `file:${join(folder.path, "sink", "audit.jsonl")},otlp`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  })
  auditor = await service.token("carol", "auditor")
})

afterAll(async () => {
  await service?.stop()
  collector.close()
  await folder?.remove()
  await database?.drop()
})

describe("the audit trail of a running service", () => {
  it("shows users what is about them and auditors all of it, seals it, and is found whole", async () => {
    const ada = await service.token("ada", "user")
    const body = { provider: "sandbox", return_to: service.baseUrl }
    const started = await service.api("POST", "/v1/users/me/authorizations", { bearer: ada, body })
    assert.strictEqual(started.status, 201)
    const own = await service.api("GET", "/v1/users/me/audit-events", { bearer: ada })
    assert.strictEqual(own.status, 200)
    const [event] = own.body.data
    assert.deepInclude(event, { action: "authorization.started", outcome: "success", on_behalf_of: null })
    assert.match(event.address_hash, /^[0-9a-f]{32}$/)
    assert.strictEqual((await service.api("GET", "/v1/audit-events", { bearer: ada })).status, 403)
    await eventually(async () => {
      const { body } = await service.api("GET", "/v1/audit-events/verification", { bearer: auditor })
      return body.sound === true && body.checkpoints > 0 && body.events > 0
    })
    const about = await service.api("GET", "/v1/audit-events?user=ada&action=authorization.started", {
      bearer: auditor
    })
    assert.deepStrictEqual(
      about.body.data.map(({ id }: { readonly id: string }) => id),
      [event.id]
    )
    assert.isAbove(about.body.data[0].position, 0)
    const reads = await service.api("GET", "/v1/audit-events?action=audit.read", { bearer: auditor })
    assert.isAbove(reads.body.data.length, 0)
  })

  it("is exported as lines that are verified anywhere, with the checkpoints and the public key alone", async () => {
    const exported = await service.api("GET", "/v1/audit-events/export", { bearer: auditor })
    assert.strictEqual(exported.headers.get("content-type"), "application/x-ndjson")
    const [{ output: lines }, { output: key }] = await Promise.all([audit("export"), audit("public-key")])
    const count = lines.trimEnd().split("\n").length
    assert.isAbove(count, 0)
    assert.include(lines, String(exported.body).split("\n")[0] ?? "nothing")
    const offline = async (name: string, content: string) => {
      const file = join(folder.path, name)
      await writeFile(file, content)
      const checkpoints = join(folder.path, "data", "audit-checkpoints.jsonl")
      const options = { events: file, checkpoints, "public-key": key.trim(), to: String(count) }
      const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])
      return runToEnd(main, { DATA_DIR: join(folder.path, "elsewhere") }, ["audit", "verify", ...args])
    }
    const [sound, forged] = await Promise.all([
      offline("events.jsonl", lines),
      offline("forged.jsonl", lines.replace('"outcome":"success"', '"outcome":"failure"'))
    ])
    assert.strictEqual(sound.code, 0, sound.output)
    assert.match(sound.output, /[1-9]\d* checkpoints hold/)
    assert.strictEqual(forged.code, 1)
    assert.match(forged.output, /altered: the event is not what was sealed \(position 1, /)
  })

  it("releases and changes nothing while a sink takes no events for long, still shows what is there, and recovers", async () => {
    const { id } = await connect(service, "ada")
    const ada = await service.token("ada", "user")
    const worker = await service.token("worker", "service")
    const release = () => service.api("POST", `/v1/users/ada/integrations/${id}/token`, { bearer: worker })
    const audit = async () => (await service.api("GET", "/health/ready")).body.checks.at(-1)
    assert.strictEqual((await release()).status, 200)
    const body = { provider: "sandbox", return_to: service.baseUrl }
    const pending = await service.api("POST", "/v1/users/me/authorizations", { bearer: ada, body })
    const state = new URL(pending.body.authorization_url).searchParams.get("state")
    const comeBack = () => service.api("GET", `/v1/callback/sandbox?error=access_denied&state=${state}`)
    isCollectorBroken = true
    assert.strictEqual((await release()).status, 200)
    await eventually(async () => {
      // As if each were sealed long ago
      const aged = "UPDATE oauth_manager.audit_seals SET sealed_at = sealed_at - interval '11 seconds'"
      await Effect.runPromise(query(database.url, aged))
      return (await release()).status === 503
    })
    const closed = await release()
    assert.deepInclude(closed.body, { code: "audit_unavailable" })
    assert.match(closed.headers.get("retry-after") ?? "", /^\d+$/)
    const begun = await service.api("POST", "/v1/users/me/authorizations", { bearer: ada, body })
    assert.deepInclude(begun.body, { code: "audit_unavailable" })
    const gone = await service.api("DELETE", `/v1/users/me/integrations/${id}`, { bearer: ada })
    assert.strictEqual(gone.status, 503)
    assert.strictEqual((await comeBack()).status, 503)
    for (const path of ["integrations", `integrations/${id}`, "features", "consents", "audit-events"]) {
      assert.strictEqual((await service.api("GET", `/v1/users/me/${path}`, { bearer: ada })).status, 200, path)
    }
    assert.strictEqual((await service.api("GET", "/health/live")).status, 200)
    assert.deepStrictEqual(await audit(), { name: "audit", status: "failing" })
    isCollectorBroken = false
    await eventually(async () => (await release()).status === 200)
    assert.deepStrictEqual(await audit(), { name: "audit", status: "ok" })
    assert.strictEqual((await comeBack()).status, 303)
  })

  it("says where the database was tampered with, on the command line and over HTTP", async () => {
    const sound = await audit("verify", "--json")
    assert.strictEqual(sound.code, 0, sound.output)
    assert.isTrue(JSON.parse(sound.output).sound)
    await Effect.runPromise(
      query(
        database.url,
        "UPDATE oauth_manager.audit_events SET reason = 'forged' WHERE sequence = (SELECT sequence FROM oauth_manager.audit_seals WHERE position = 1)"
      )
    )
    const found = await audit("verify")
    assert.strictEqual(found.code, 1)
    assert.match(
      found.output,
      /altered: the event is not what was sealed \(position 1, sequence \d+, event [0-9a-f-]{36}\)/
    )
    const { body } = await service.api("GET", "/v1/audit-events/verification", { bearer: auditor })
    assert.deepInclude(body, { sound: false, fault_count: 1 })
    assert.deepInclude(body.faults[0], { kind: "altered", position: 1 })
  })

  it("is handed on to a file, and leaves a last checkpoint when the service stops", async () => {
    const lines = async () => (await audit("export")).output
    await eventually(async () => {
      const sunk = await readFile(join(folder.path, "sink", "audit.jsonl"), "utf8").catch(() => "")
      return sunk.includes("authorization.started")
    })
    assert.strictEqual(await service.stop(), 0)
    const head = (await lines()).trimEnd().split("\n").length
    const checkpoints = await readFile(join(folder.path, "data", "audit-checkpoints.jsonl"), "utf8")
    assert.strictEqual(JSON.parse(checkpoints.trimEnd().split("\n").at(-1) ?? "").position, head)
  })
})
