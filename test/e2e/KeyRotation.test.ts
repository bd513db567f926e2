import { KeyringFileEdit } from "@oauth-manager/vault"
import { ConfigProvider, Effect, Layer } from "effect"
import { join } from "node:path"
import pg from "pg"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Server from "../../apps/server/src/composition/Server.ts"
import { StartupFailed } from "../../apps/server/src/StartupFailed.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { runToEnd } from "./Processes.ts"
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

const keyOf = (text: string) => Buffer.alloc(32, text).toString("base64")
const right = `k1:${keyOf("0123456789abcdef")}`
const wrong = `k1:${keyOf("fedcba9876543210")}`

const environment = (vaultKeys: string) => ({
  DATA_DIR: folder.path,
  DATABASE_URL: database.url,
  PORT: "0",
  SANDBOX_PORT: "0",
  LOG_LEVEL: "none",
  VAULT_KEYS: vaultKeys
})

const launch = (vaultKeys: string) =>
  Layer.build(Server.layer).pipe(
    Effect.scoped,
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment(vaultKeys))))
  )

const onDatabase = async <A>(work: (client: pg.Client) => Promise<A>): Promise<A> => {
  const client = new pg.Client(database.url)
  await client.connect()
  return work(client).finally(() => client.end())
}

/** Every row of the service, and the transaction that wrote it. */
const rows = () =>
  onDatabase(async (client) => {
    const tables = await client.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'oauth_manager'")
    const lines: Array<string> = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`SELECT xmin::text || to_jsonb(t)::text AS row FROM oauth_manager.${name} t`)
      lines.push(...rows.map(({ row }) => `${name} ${row}`))
    }
    return lines.toSorted()
  })

/** A start that must be refused, and has written nothing. */
const refused = async (vaultKeys: string): Promise<string> => {
  const before = await rows()
  const failure = await Effect.runPromise(Effect.flip(launch(vaultKeys)))
  assert.instanceOf(failure, StartupFailed)
  assert.deepStrictEqual(await rows(), before)
  for (const entry of vaultKeys.split(",")) assert.notInclude(failure.message, entry.slice(3, 20))
  return failure.message
}

describe("a server with the wrong keys", () => {
  it("row 38: is refused before it writes anything, and names variable and key", async () => {
    await Effect.runPromise(launch(right))
    assert.include(await refused(wrong), "VAULT_KEYS: k1 is another key than the one of that id")
    assert.include(await refused(`k2:${keyOf("a key that is new")},${wrong}`), "VAULT_KEYS: k1 is another key")
    assert.include(await refused(`k1:${Buffer.alloc(32).toString("base64")}`), "VAULT_KEYS: entry 1 (k1)")
    assert.include(await refused("k1:c2hvcnQ="), "VAULT_KEYS: entry 1 (k1)")
  })

  it("is refused where it lacks a key that is in use, and tells how many users' keys it wraps", async () => {
    await onDatabase((client) =>
      client.query(
        `INSERT INTO oauth_manager.data_keys (id, tenant_id, user_id, key_id, wrapped)
        VALUES (gen_random_uuid(), 'default', 'ada', 'k1', '\\x01')`
      )
    )
    const message = await refused(`k2:${keyOf("a key that is new")}`)
    assert.include(message, "VAULT_KEYS: the key k1 is missing, under which the keys of 1 user are wrapped")
    await Effect.runPromise(launch(`k2:${keyOf("a key that is new")},${right}`))
  })

  it("row 38: ends its process with exit code 1 and one message", async () => {
    const { code, output } = await runToEnd("apps/server/src/main.ts", environment(wrong))
    assert.strictEqual(code, 1)
    assert.match(output, /^OAuth Manager cannot start\.\nVAULT_KEYS: k1 is another key[^\n]*\n$/)
  })
})

describe("a rotation on a running server", () => {
  it("goes from one key of the keyring file to the next without a failed read", async () => {
    const own = await databaseFor()
    const dataDir = join(folder.path, "rotating")
    const service = await start(dataDir, { DATABASE_URL: own.url })
    try {
      const keyring = join(dataDir, "keyring")
      const { id } = await connect(service, "ada")
      const [admin, worker] = [await service.token("root", "admin"), await service.token("worker", "service")]
      const read = async () => {
        const { body, status } = await service.api("POST", `/v1/users/ada/integrations/${id}/token`, { bearer: worker })
        assert.strictEqual(status, 200)
        return body.access_token
      }
      const keys = async () => (await service.api("GET", "/v1/keys", { bearer: admin })).body
      const rotate = (body: unknown) => service.api("POST", "/v1/keys/rotation", { bearer: admin, body })
      const token = await read()
      const first = (await keys()).data[0].id

      const second = await Effect.runPromise(KeyringFileEdit.add(keyring))
      await Effect.runPromise(KeyringFileEdit.promote(keyring, second))
      const begun = performance.now()
      // The file is looked at every few seconds, and the rotation begins then
      while (
        (await keys()).data.every((key: { id: string; data_keys: number }) => key.id !== second || key.data_keys === 0)
      ) {
        assert.isBelow(performance.now() - begun, 25_000, "the rotation begins")
        assert.strictEqual((await rotate({})).status, 202)
        assert.strictEqual(await read(), token)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      const { data, rotation } = await keys()
      assert.deepInclude(
        data.find((key: { id: string }) => key.id === second),
        { primary: true, held: true, data_keys: 1 }
      )
      assert.deepInclude(
        data.find((key: { id: string }) => key.id === first),
        { primary: false, data_keys: 0 }
      )
      assert.deepInclude(rotation, { data_keys: 1, wrapped_by_primary: 1, to_rewrap: 0, to_reseal: 0 })

      await rotate({ data_keys: true })
      while ((await keys()).rotation.to_reseal > 0) {
        assert.strictEqual(await read(), token)
        assert.isBelow(performance.now() - begun, 40_000, "the data key is replaced")
      }
      assert.strictEqual(await read(), token)
      assert.notInclude(service.output(), "failed")
    } finally {
      await service.stop()
      await own.drop()
    }
  }, 90_000)
})
