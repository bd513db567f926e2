import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** Runs a script beside this file in a Node process of its own and reads the one JSON line that it prints when ready. */
export const startScript = (script: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = fileURLToPath(new URL(script, import.meta.url))
      const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] })
      const end = (signal: "SIGKILL" | "SIGTERM") =>
        Effect.promise(async () => {
          if (child.exitCode !== null || child.signalCode !== null) return
          child.kill(signal)
          await once(child, "exit")
        })
      const [line] = await once(child.stdout, "data")
      return { ready: JSON.parse(String(line)), kill: end("SIGKILL"), terminate: end("SIGTERM") }
    }),
    ({ terminate }) => terminate
  )
