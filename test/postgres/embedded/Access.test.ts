import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { readFile, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { describeProcess } from "./Processes.ts"
import { query } from "./Query.ts"
import { ClusterFolder } from "./TemporaryFolder.ts"

const settings = { fsync: "off" }

layer(ClusterFolder.layer, { excludeTestServices: true })("the running embedded PostgreSQL server", (it) => {
  it.effect("does not run as root and cannot be reached by the terminal's Ctrl-C", () =>
    Effect.gen(function* () {
      const { pid } = yield* start({ dataDir: yield* ClusterFolder, settings })
      const server = describeProcess(pid)
      assert.notStrictEqual(server?.uid, 0)
      assert.strictEqual(server?.group, pid)
    })
  )

  it.effect("sees none of the service's secrets and shows none of its own", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      process.env["VAULT_KEYS"] = "primary:do-not-inherit"
      const { pid, url } = yield* start({ dataDir, settings })
      delete process.env["VAULT_KEYS"]
      const environment = yield* Effect.promise(() => readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""))
      assert.notInclude(environment, "do-not-inherit")
      assert.notInclude(String(url), "postgres://")
      for (const suffix of ["lock", "log", "password"]) {
        assert.strictEqual((yield* Effect.promise(() => stat(`${dataDir}.${suffix}`))).mode & 0o777, 0o600)
      }
    })
  )

  it.effect("rejects a connection with a guessed password", () =>
    Effect.gen(function* () {
      const { url } = yield* start({ dataDir: yield* ClusterFolder, settings })
      const guessed = Redacted.value(url).replace(/:[0-9a-f]{64}@/, ":guess@")
      assert.match(String(yield* Effect.exit(query(guessed, "SELECT 1"))), /password authentication failed/)
    })
  )

  it.effect("tells which file to restore when its password was replaced", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const file = `${dataDir}.password`
      const password = yield* Effect.promise(() => readFile(file, "utf8"))
      yield* Effect.promise(() => writeFile(file, "0".repeat(64)))
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
      yield* Effect.promise(() => writeFile(file, password))
      assert.strictEqual(refused.reason, "DatabaseRefused")
      assert.include(refused.message, file)
    })
  )

  it.effect("uses the wanted port, and says so when it is taken", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const { port } = yield* Effect.scoped(start({ dataDir, settings }))
      assert.strictEqual((yield* Effect.scoped(start({ dataDir, port, settings }))).port, port)
      yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const taken = createServer().listen(port, "127.0.0.1", () => resume(Effect.succeed(taken)))
        }),
        (taken) => Effect.sync(() => taken.close())
      )
      const refused = yield* Effect.flip(start({ dataDir, port, settings }))
      assert.strictEqual(refused.reason, "StartFailed")
      assert.include(refused.message, `could not bind IPv4 address "127.0.0.1": Address already in use`)
    })
  )

  it.effect("shows the end of its log when a setting is refused", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const refused = yield* Effect.flip(start({ dataDir, settings: { ...settings, shared_buffers: "plenty" } }))
      assert.strictEqual(refused.reason, "StartFailed")
      assert.include(refused.message, `invalid value for parameter "shared_buffers": "plenty"`)
      assert.include(refused.message, `${dataDir}.log`)
    })
  )
})
