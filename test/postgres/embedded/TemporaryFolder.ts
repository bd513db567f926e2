import { Context, Effect, Layer } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"

/** A folder for one test that every user may pass through, as a data directory must be when root starts the server. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "embedded-postgres-"))
    await chmod(folder, 0o711)
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** The path of a cluster that exists and is not running, shared by the tests of one file. */
export class ClusterFolder extends Context.Service<ClusterFolder, string>()(
  "@oauth-manager/test/postgres/embedded/ClusterFolder"
) {
  static readonly layer = Layer.effect(
    ClusterFolder,
    Effect.gen(function* () {
      const dataDir = join(yield* temporaryFolder, "postgres")
      yield* Effect.scoped(start({ dataDir, settings: { fsync: "off" } }))
      return dataDir
    })
  )
}
