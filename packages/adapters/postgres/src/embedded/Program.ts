import { Effect } from "effect"
import { spawn, type SpawnOptions } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"
import type { ServerAccount } from "./ServerAccount.ts"

const inherited = ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP"]

/**
 * How every PostgreSQL program is spawned. The service's own environment holds keys and secrets that the server must
 * not see; a process group of its own keeps the terminal's Ctrl-C from it.
 */
export const spawnOptions = (account: ServerAccount | undefined, cwd: string): SpawnOptions => ({
  cwd,
  detached: true,
  windowsHide: true,
  env: {
    ...Object.fromEntries(
      inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
    ),
    LC_ALL: "C",
    TZ: "UTC"
  },
  ...(account === undefined ? {} : { uid: account.uid, gid: account.gid })
})

/** Runs a program to its end and answers with its exit code and all it printed; killed when interrupted. */
export const run = (
  file: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions
): Effect.Effect<{ readonly code: number | null; readonly output: string }> =>
  Effect.callback((resume) => {
    let output = ""
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8")
    }
    child.stdout?.on("data", collect)
    child.stderr?.on("data", collect)
    child.once("error", (cause) => resume(Effect.succeed({ code: null, output: cause.message })))
    child.once("close", (code) => resume(Effect.succeed({ code, output: output.trim() })))
    return Effect.sync(() => {
      child.kill("SIGKILL")
    })
  })

/** Polls until the condition is met, in real time whatever the Clock says: what is awaited is an operating-system process. */
export const until = (met: () => Promise<boolean>, withinMillis: number): Effect.Effect<boolean> =>
  Effect.promise(async (signal) => {
    const deadline = performance.now() + withinMillis
    while (!signal.aborted) {
      if (await met()) return true
      if (performance.now() > deadline) return false
      await pause(10)
    }
    return false
  })
