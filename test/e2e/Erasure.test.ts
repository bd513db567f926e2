import { mkdir, readFile, rename, stat } from "node:fs/promises"
import { join } from "node:path"
import pg from "pg"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { runToEnd } from "./Processes.ts"
import { connect, type RunningService, start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const copies: Array<string> = []

const onDatabase = async <Row extends object>(url: string, statement: string): Promise<ReadonlyArray<Row>> => {
  const client = new pg.Client(url)
  await client.connect()
  return client
    .query(statement)
    .then(({ rows }) => rows as ReadonlyArray<Row>)
    .finally(() => client.end())
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

const elsewhere = (name: string): string => {
  const url = new URL(database.url)
  url.pathname = name
  return url.href
}

/** All of a database that nobody is connected to, as a dump that is restored has it. */
const copy = async (url: string, purpose: string): Promise<string> => {
  const name = `${nameOf(database.url)}_${purpose}`
  await onDatabase(elsewhere("postgres"), `CREATE DATABASE ${name} TEMPLATE ${nameOf(url)}`)
  copies.push(name)
  return elsewhere(name)
}

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
})

afterAll(async () => {
  for (const name of copies) await onDatabase(elsewhere("postgres"), `DROP DATABASE ${name} WITH (FORCE)`)
  await folder?.remove()
  await database?.drop()
})

const readToken = async (service: RunningService, user: string, id: string) =>
  service.api("POST", `/v1/users/${user}/integrations/${id}/token`, {
    bearer: await service.token("worker", "service")
  })

const erase = async (service: RunningService, user: string) =>
  service.api("DELETE", "/v1/users/me", { bearer: await service.token(user, "user") })

describe("a person who was erased", () => {
  it("row 56: stays erased when yesterday's backup is restored, and who came back is not touched", async () => {
    let service: RunningService | undefined
    const begin = async (url: string) => (service = await start(folder.path, { DATABASE_URL: url, SANDBOX_PORT: "0" }))
    const list = join(folder.path, "erasures.jsonl")
    try {
      const first = await begin(database.url)
      const ada = await connect(first, "ada")
      await connect(first, "bob")
      const bobErased = await erase(first, "bob")
      assert.deepStrictEqual([bobErased.status, bobErased.body.status], [200, "erased"])
      const bob = await connect(first, "bob")
      assert.strictEqual((await readToken(first, "ada", ada.id)).status, 200)
      await first.stop()
      const yesterday = await copy(database.url, "yesterday")

      const today = await begin(database.url)
      const erased = await erase(today, "ada")
      assert.deepStrictEqual(erased.body.revocations, { revoked: 1, unsupported: 0, given_up: 0 })
      assert.strictEqual((await readToken(today, "ada", ada.id)).status, 404)
      assert.deepStrictEqual((await erase(today, "ada")).body, { status: "erased" })
      const exported = await today.api("GET", "/v1/users/me/export", { bearer: await today.token("ada", "user") })
      assert.deepInclude(exported.body, { user: { id: "ada" }, integrations: [], audit_events: [] })
      await today.stop()
      const text = await readFile(list, "utf8")
      assert.lengthOf(text.trimEnd().split("\n"), 2)
      assert.notMatch(text, /ada|bob|sandbox/)
      assert.strictEqual((await stat(list)).mode & 0o077, 0)

      // Without the list the backup would bring her back: it is the list that does not
      const unguarded = await copy(yesterday, "unguarded")
      await rename(list, `${list}.aside`)
      const forgetful = await begin(unguarded)
      assert.strictEqual((await readToken(forgetful, "ada", ada.id)).status, 200)
      await forgetful.stop()
      await rename(`${list}.aside`, list)

      const restored = await begin(yesterday)
      assert.strictEqual((await readToken(restored, "ada", ada.id)).status, 404)
      assert.include(restored.output(), "persons that a backup brought back were erased again: 1")
      assert.strictEqual((await readToken(restored, "bob", bob.id)).status, 200)
      const held = await onDatabase<{ owner: string }>(
        yesterday,
        `SELECT DISTINCT user_id AS owner FROM oauth_manager.data_keys UNION
          SELECT DISTINCT user_id FROM oauth_manager.tokens UNION SELECT DISTINCT user_id FROM oauth_manager.integrations`
      )
      assert.deepStrictEqual(held, [{ owner: "bob" }])
      const events = await onDatabase(
        yesterday,
        `SELECT object_id AS subject, reason FROM oauth_manager.audit_events WHERE action = 'user.erased' ORDER BY sequence`
      )
      const subjects = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).subject)
      assert.deepStrictEqual(events, [
        { subject: subjects[0], reason: null },
        { subject: subjects[1], reason: "replayed" }
      ])
      const proofs = await onDatabase(
        yesterday,
        "SELECT id FROM oauth_manager.erasures WHERE replayed_at IS NOT NULL AND erased_at IS NOT NULL"
      )
      assert.deepStrictEqual(proofs, [{ id: erased.body.id }])
      assert.strictEqual(await restored.stop(), 0)
    } finally {
      await service?.stop("SIGKILL")
    }
  }, 180_000)

  it("is not brought back by a server that cannot read the list: it does not start", async () => {
    const other = await temporaryFolder()
    try {
      const list = join(other.path, "erasures.jsonl")
      await mkdir(list)
      const env = { DATABASE_URL: database.url, DATA_DIR: other.path, PORT: "0", SANDBOX_PORT: "0", LOG_LEVEL: "warn" }
      const { code, output } = await runToEnd("apps/server/src/main.ts", env, ["serve"])
      assert.strictEqual(code, 1)
      assert.include(output, `the erasure list cannot be kept in ${list}`)
    } finally {
      await other.remove()
    }
  }, 90_000)

  it("is known to every server that uses the database, whichever was asked", async () => {
    const other = await temporaryFolder()
    let service: RunningService | undefined
    try {
      const keyring = await readFile(join(folder.path, "keyring"), "utf8")
      const vaultKeys = keyring
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .join(",")
      service = await start(other.path, { DATABASE_URL: database.url, VAULT_KEYS: vaultKeys, SANDBOX_PORT: "0" })
      const list = join(other.path, "erasures.jsonl")
      const until = performance.now() + 20_000
      const linesOf = async () => (await readFile(list, "utf8")).split("\n").filter((line) => line !== "")
      while ((await linesOf()).length < 2 && performance.now() < until)
        await new Promise((done) => setTimeout(done, 50))
      const known = (await readFile(join(folder.path, "erasures.jsonl"), "utf8")).trimEnd().split("\n")
      assert.sameMembers(await linesOf(), known)
    } finally {
      await service?.stop("SIGKILL")
      await other.remove()
    }
  }, 90_000)
})
