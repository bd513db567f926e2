import { Effect, Exit, Redacted, Scope } from "effect"
import { spawn } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import type { Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"

/** A throw-away server for one test run: `url` is the superuser's, of the database `oauth_manager`. */
export interface TemporaryPostgres {
  readonly url: string
  readonly stop: () => Promise<void>
}

const cleanUp = `
read done && exit 0
pid=$(head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
tries=0
while [ -e "$1/postgres/postmaster.pid" ] && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"
`

// The pipe to this shell ends with our process, however that dies: then the shell stops the server and removes the folder.
const guard = (folder: string) => {
  if (process.platform === "win32") return { dismiss: () => undefined }
  const shell = spawn("/bin/sh", ["-c", cleanUp, "sh", folder], {
    detached: true,
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"]
  })
  shell.unref()
  const pipe = shell.stdin as Socket
  pipe.unref()
  return { dismiss: () => pipe.end("done\n") }
}

/** Starts a server without durability in a new temporary folder, which goes with it: at `stop`, or when the process dies. */
export const startTemporary = async (): Promise<TemporaryPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), "oauth-manager-test-"))
  await chmod(folder, 0o711)
  const guarded = guard(folder)
  const scope = Scope.makeUnsafe()
  const stop = async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await rm(folder, { recursive: true, force: true })
    guarded.dismiss()
  }
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "300" }
  try {
    const server = await Effect.runPromise(
      start({ dataDir: join(folder, "postgres"), settings }).pipe(Scope.provide(scope))
    )
    return { url: Redacted.value(server.url), stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}
