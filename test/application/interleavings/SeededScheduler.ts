import { Effect, Scheduler } from "effect"
import type { Randomness } from "../../http/Randomness.ts"

interface Task {
  readonly run: () => void
  readonly weight: number
}

/**
 * Runs fibers in an order that a seed determines: whenever one yields, as it does at every operation of a port, chance says which
 * goes on. Some fibers are slower than others, so that much happens to these while one waits.
 */
export const seededScheduler = (random: Randomness) => {
  const tasks: Array<Task> = []
  const idle: Array<() => void> = []
  let isAwake = false

  const takeOne = (): Task | undefined => {
    let left = random.below(tasks.reduce((sum, { weight }) => sum + weight, 0))
    const index = tasks.findIndex(({ weight }) => (left -= weight) < 0)
    return index < 0 ? undefined : tasks.splice(index, 1)[0]
  }

  const runAll = () => {
    for (let task = takeOne(); task !== undefined; task = takeOne()) {
      task.run()
      if (tasks.length === 0) idle.shift()?.()
    }
    isAwake = false
  }

  const awake = () => {
    if (isAwake) return
    isAwake = true
    setImmediate(runAll)
  }

  const scheduler: Scheduler.Scheduler = {
    executionMode: "async",
    shouldYield: (fiber) => fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield,
    makeDispatcher: () => {
      const weight = random.pick(1, 8, 64)
      return {
        scheduleTask: (run) => {
          tasks.push({ run, weight })
          awake()
        },
        flush: runAll
      }
    }
  }

  return {
    /** Runs an effect, and all that it forks, by this scheduler. */
    schedule: Effect.provideService(Scheduler.Scheduler, scheduler),
    /** Waits until all other fibers wait too: for time to pass, or for ever. */
    untilIdle: Effect.callback<void>((resume) => {
      idle.push(() => resume(Effect.void))
      // Where nothing else runs, this is what there is to run
      tasks.push({ run: () => {}, weight: 1 })
      awake()
    })
  }
}

export type SeededScheduler = ReturnType<typeof seededScheduler>
