import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, chown, mkdir, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import * as ServerAccount from "../../../packages/adapters/postgres/src/embedded/ServerAccount.ts"
import { temporaryFolder } from "./TemporaryFolder.ts"

const root = "root:x:0:0:root:/root:/bin/bash"
const nobody = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin"
const postgres = "postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash"
const ada = "ada:x:1000:1001:Ada:/home/ada:/bin/bash"

const uidOf = (path: string) => Effect.promise(async () => (await stat(path)).uid)

describe("the account that runs the server for root", () => {
  it("is the owner of an existing cluster, whoever else there is", () => {
    const passwd = [root, postgres, nobody, ada].join("\n")
    assert.deepStrictEqual(ServerAccount.pick(passwd, { uid: 1000, gid: 50 }), { uid: 1000, gid: 50, name: "ada" })
    assert.deepStrictEqual(ServerAccount.pick(passwd, { uid: 7, gid: 7 }), { uid: 7, gid: 7, name: "7" })
  })

  it("is else the system's postgres user, else nobody, and never root", () => {
    const forNewCluster = (...lines: ReadonlyArray<string>) => ServerAccount.pick(lines.join("\n"), undefined).name
    assert.strictEqual(forNewCluster(root, nobody, postgres), "postgres")
    assert.strictEqual(forNewCluster(root, nobody, postgres.replace("postgres", "_postgres")), "_postgres")
    assert.strictEqual(forNewCluster(root, nobody, postgres.replace("101", "0")), "nobody")
    assert.deepStrictEqual(ServerAccount.pick("", { uid: 0, gid: 0 }), { uid: 65534, gid: 65534, name: "nobody" })
  })

  if (process.getuid?.() === 0) {
    it.live("is told which folder keeps it from the cluster, and what to do", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.promise(() => chmod(folder, 0o700))
        const account = ServerAccount.pick("", undefined)
        const refused = yield* Effect.flip(ServerAccount.requireReach(account, join(folder, "postgres")))
        assert.strictEqual(refused.reason, "FolderUnreachable")
        assert.match(refused.message, /user nobody .* cannot enter .*: set DATA_DIR .*DATABASE_URL/)
        assert.include(refused.message, `cannot enter ${folder}:`)
      })
    )

    it.live("gets back a cluster that was copied as root, and nothing beside it", () =>
      Effect.gen(function* () {
        const dataDir = join(yield* temporaryFolder, "data", "postgres")
        yield* Effect.scoped(start({ dataDir, settings: { fsync: "off" } }))
        const account = yield* uidOf(dataDir)
        yield* Effect.promise(async () => {
          const entries = await readdir(dataDir, { recursive: true })
          for (const path of [dataDir, ...entries.map((entry) => join(dataDir, entry))]) await chown(path, 0, 0)
        })
        yield* Effect.scoped(start({ dataDir, settings: { fsync: "off" } }))
        assert.strictEqual(yield* uidOf(join(dataDir, "global", "pg_control")), account)
        assert.strictEqual(yield* uidOf(join(dataDir, "..")), 0)
        assert.strictEqual(yield* uidOf(`${dataDir}.password`), 0)
      })
    )
  } else {
    it.live("is not needed without root", () =>
      Effect.gen(function* () {
        const dataDir = join(yield* temporaryFolder, "postgres")
        yield* Effect.promise(() => mkdir(dataDir))
        assert.isUndefined(yield* ServerAccount.choose(dataDir))
      })
    )
  }
})
