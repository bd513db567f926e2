import { Effect } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import type { Connected } from "./Connected.ts"
import type { BareRequest, Call, Reply, TokenRequest, WorkerSettings } from "./WorkerProtocol.ts"

/** A server process, as its test holds it. */
export interface Worker {
  /** What became of the callers; undefined where the process died first. */
  readonly ask: (
    kind: TokenRequest["kind"],
    integration: Connected["integration"],
    callers: number
  ) => Promise<ReadonlyArray<Call> | undefined>
  /** What the provider makes of a refresh token that the process sends it past the service. */
  readonly askProvider: (refreshToken: string) => Promise<ReadonlyArray<Call> | undefined>
  readonly isAlive: () => boolean
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<unknown>
  readonly kill: () => Promise<void>
}

/** Starts a worker and waits until it serves, or has died of its failpoint. */
const start = async (script: string, settings: WorkerSettings): Promise<Worker> => {
  const child = fork(script, {
    // Compiled once: what is tested is not the compiler
    env: { PATH: process.env["PATH"] ?? "", WORKER: JSON.stringify(settings), NODE_COMPILE_CACHE: `${script}.cache` },
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"]
  })
  const pending = new Map<number, (calls: ReadonlyArray<Call> | undefined) => void>()
  let requests = 0
  const ended = once(child, "exit")
  child.once("exit", () => {
    for (const settle of pending.values()) settle(undefined)
    pending.clear()
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const ready = new Promise<void>((resolve) => {
    child.on("message", (reply: Reply) => {
      if (reply.kind === "ready") return resolve()
      pending.get(reply.id)?.(reply.calls)
      pending.delete(reply.id)
    })
  })
  await Promise.race([ready, ended])
  if (child.exitCode !== null) throw new Error(`the worker did not start: exit code ${child.exitCode}`)
  const send = (request: Omit<TokenRequest, "id"> | Omit<BareRequest, "id">) =>
    new Promise<ReadonlyArray<Call> | undefined>((resolve) => {
      if (!isAlive()) return resolve(undefined)
      const id = ++requests
      pending.set(id, resolve)
      // A process that dies meanwhile is seen by its end
      child.send({ id, ...request }, () => undefined)
    })
  return {
    ask: (kind, { id: integrationId, owner }, callers) => send({ kind, owner, integrationId, callers }),
    askProvider: (refreshToken) => send({ kind: "bare", refreshToken }),
    isAlive,
    ended,
    kill: async () => {
      if (isAlive()) child.kill("SIGKILL")
      await ended
    }
  }
}

/** A worker that ends with the scope; `script` is that of `workerBundle`. */
export const worker = (script: string, settings: WorkerSettings) =>
  Effect.acquireRelease(
    Effect.promise(() => start(script, settings)),
    ({ kill }) => Effect.promise(kill)
  )
