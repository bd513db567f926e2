import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../..", import.meta.url))

/** Many processes of the same files: the first compiles them for all. */
const compiled = join(tmpdir(), "oauth-manager-compiled")

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

export interface Running {
  readonly process: ChildProcess
  /** What it printed so far, on both streams. */
  readonly output: () => string
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

export interface NodeOptions {
  /** Options of Node's, before the file. */
  readonly flags?: ReadonlyArray<string>
  readonly cwd?: string
}

/** Runs a TypeScript file of the project as a process of its own. */
export const run = (
  file: string,
  env: Record<string, string>,
  args: ReadonlyArray<string> = [],
  { cwd = folder, flags = [] }: NodeOptions = {}
): Running => {
  const child = spawn(process.execPath, [...flags, join(folder, file), ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)))
  const exited = once(child, "exit")
  return {
    process: child,
    output: () => output,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal)
        await exited
      }
      return child.exitCode
    }
  }
}

/** Runs to the end and answers the exit code and what was printed. */
export const runToEnd = async (
  file: string,
  env: Record<string, string>,
  args: ReadonlyArray<string> = [],
  options: NodeOptions = {}
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const running = run(file, env, args, options)
  await once(running.process, "close")
  return { code: running.process.exitCode, output: running.output() }
}

/** Waits until the address answers with success; fails where the process has ended instead. */
export const untilHealthy = async (url: string, { process: child, output }: Running): Promise<number> => {
  const begun = performance.now()
  while (child.exitCode === null && child.signalCode === null) {
    const isHealthy = await fetch(url).then(
      ({ ok }) => ok,
      () => false
    )
    if (isHealthy) return performance.now() - begun
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`the process behind ${url} ended: ${output()}`)
}
