import { Effect } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { KeyWorkerReport, KeyWorkerSettings } from "./KeyWorkerProtocol.ts"

/** A server process that is started again whenever it is killed. */
export class KeyWorker {
  readonly settings: KeyWorkerSettings
  readonly totals = { reads: 0, seals: 0, replaced: 0, kills: 0 }
  readonly failures: Array<string> = []
  #script: string
  #child: ChildProcess | undefined
  #last: KeyWorkerReport | undefined

  constructor(script: string, settings: KeyWorkerSettings) {
    this.#script = script
    this.settings = settings
  }

  get keyIds(): ReadonlyArray<string> {
    return this.#last?.keyIds ?? []
  }

  #settle(): void {
    if (this.#last === undefined) return
    for (const kind of ["reads", "seals", "replaced"] as const) this.totals[kind] += this.#last[kind]
    this.failures.push(...this.#last.failures)
    this.#last = undefined
  }

  async start(): Promise<void> {
    const child = fork(this.#script, {
      env: { PATH: process.env["PATH"] ?? "", WORKER: JSON.stringify(this.settings) },
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"]
    })
    this.#child = child
    child.on("message", (report: KeyWorkerReport) => {
      this.#last = report
    })
    const reported = once(child, "message")
    await Promise.race([reported, once(child, "exit")])
    if (child.exitCode !== null) this.failures.push(`it did not start: exit code ${child.exitCode}`)
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
    this.#settle()
  }

  async kill(): Promise<void> {
    await this.stop()
    this.totals.kills++
    await this.start()
  }
}

/** Workers that end with the scope. */
export const keyWorkers = (script: string, settings: ReadonlyArray<KeyWorkerSettings>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const workers = settings.map((each) => new KeyWorker(script, each))
      await Promise.all(workers.map((worker) => worker.start()))
      return workers
    }),
    (workers) => Effect.promise(() => Promise.all(workers.map((worker) => worker.stop())))
  )
