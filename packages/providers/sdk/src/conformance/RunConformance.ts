import { GuardedHttpClient } from "@oauth-manager/oauth"
import { Cause, Effect, Exit, Layer, Logger, ManagedRuntime, Result } from "effect"
import { battery } from "./Battery.ts"
import { type Case, casesOf } from "./Case.ts"
import { type Fault, fault } from "./Fault.ts"
import type { Options } from "./Options.ts"
import * as Listener from "./simulator/Listener.ts"
import { type Subject, subjectOf } from "./Subject.ts"
import * as World from "./World.ts"

/** A case as a runner of tests sees it. */
interface PlannedCase {
  readonly group: string
  readonly name: string
  /** Rejects with an error whose message names the fault. */
  readonly run: () => Promise<void>
}

interface Plan {
  readonly cases: ReadonlyArray<PlannedCase>
  /** Closes the simulators. */
  readonly close: () => Promise<void>
}

/** What became of a case; `error` names the fault. */
export interface CaseResult {
  readonly name: string
  readonly error?: string
}

const longest = "5 seconds"

/** The faults that the simulated provider noted say more of the plugin than what the client made of its answers. */
const judged = (exit: Exit.Exit<unknown, Fault>, faults: ReadonlyArray<string>): Effect.Effect<void, Fault> => {
  if (faults.length > 0) return Effect.fail(fault(faults.join("\n")))
  return Exit.isSuccess(exit) ? Effect.void : Effect.failCause(exit.cause)
}

const runCase = Effect.fnUntraced(function* (one: Case, subject: Subject) {
  const world = yield* World.build(subject)
  const exit = yield* one
    .run(world)
    .pipe(
      Effect.timeoutOrElse({ duration: longest, orElse: () => Effect.fail(fault(`it took more than ${longest}`)) }),
      Effect.exit
    )
  yield* judged(exit, world.simulation.faults)
})

const messageOf = (cause: Cause.Cause<Fault>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error.message : String(error)
}

/** What the client tells its operator of the simulator's answers is nothing to the author. */
const stage = Layer.mergeAll(
  Listener.layer,
  GuardedHttpClient.layer({ loopback: true, networks: [] }),
  Logger.layer([])
)

const planned = (subject: Subject): Plan => {
  const runtime = ManagedRuntime.make(stage)
  const run = async (one: Case): Promise<void> => {
    const exit = await runtime.runPromiseExit(runCase(one, subject))
    if (Exit.isFailure(exit)) throw new Error(messageOf(exit.cause))
  }
  return {
    cases: battery.flatMap((group) =>
      casesOf(group, subject).map((one) => ({ group: group.title, name: one.name, run: () => run(one) }))
    ),
    close: () => runtime.dispose()
  }
}

const refused = (lines: ReadonlyArray<string>): Plan => ({
  cases: [
    {
      group: "the manifest",
      name: "is one of this contract",
      run: () => Promise.reject(new Error(lines.join("\n")))
    }
  ],
  close: () => Promise.resolve()
})

/** The cases that concern a plugin. Of a manifest that is none there is one, which fails. */
export const plan = (plugin: unknown, options: Options = {}): Plan =>
  Result.match(subjectOf(plugin, options), { onFailure: refused, onSuccess: planned })

/** Runs the battery, or what `isWanted` of it, without a runner of tests. */
export const runConformance = async (
  plugin: unknown,
  options: Options = {},
  isWanted: (name: string) => boolean = () => true
): Promise<ReadonlyArray<CaseResult>> => {
  const { cases, close } = plan(plugin, options)
  const wanted = cases
    .map(({ group, name, run }) => ({ name: `${group} ${name}`, run }))
    .filter(({ name }) => isWanted(name))
  const results: Array<CaseResult> = []
  const queue = wanted.entries()
  const work = async (): Promise<void> => {
    for (const [index, { name, run }] of queue) {
      const error = await run().then(
        () => undefined,
        (failure: Error) => failure.message
      )
      results[index] = { name, ...(error === undefined ? {} : { error }) }
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  await close()
  return results
}
