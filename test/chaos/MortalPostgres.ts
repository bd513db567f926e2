import { migrate } from "@oauth-manager/postgres"
import { Effect, Exit, Redacted, Scope } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type EmbeddedPostgres, start } from "../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { freePort } from "../e2e/Processes.ts"

const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    const path = await mkdtemp(join(tmpdir(), "oauth-manager-mortal-"))
    await chmod(path, 0o711)
    return path
  }),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A migrated server of the test's own, durable as in production, which can be killed and started again at its port. */
export const mortalPostgres = Effect.gen(function* () {
  const dataDir = join(yield* folder, "postgres")
  const port = yield* Effect.promise(freePort)
  let life: { readonly scope: Scope.Closeable; readonly server: EmbeddedPostgres } | undefined

  const boot = Effect.gen(function* () {
    const scope = Scope.makeUnsafe()
    const server = yield* Scope.provide(start({ dataDir, port }), scope).pipe(Effect.retry({ times: 10 }))
    life = { scope, server }
    return server
  })

  const end = Effect.suspend(() => (life === undefined ? Effect.void : Scope.close(life.scope, Exit.void)))

  const { url } = yield* Effect.acquireRelease(boot, () => end)
  yield* migrate({ url })

  return {
    url: Redacted.value(url),
    boot,
    /** SIGQUIT is an immediate shutdown; after SIGKILL of the main process its children go by themselves. */
    kill: (signal: "SIGQUIT" | "SIGKILL") =>
      Effect.andThen(
        Effect.sync(() => {
          if (life !== undefined) process.kill(life.server.pid, signal)
        }),
        end
      )
  }
})
