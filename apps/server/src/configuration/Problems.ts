import { Context, Effect, type Option, Result } from "effect"
import { StartupFailed } from "../StartupFailed.ts"

/** Takes what is wrong with the configuration, where all of it is asked for; without it the first problem ends the reading. */
const Problems = Context.Reference<Array<string> | undefined>("@oauth-manager/server/configuration/Problems", {
  defaultValue: () => undefined
})

/** The configuration is not accepted. Where all problems are asked for, the reading goes on with `instead`. */
export const refuse = <A>(message: string, instead: A): Effect.Effect<A, StartupFailed> =>
  Effect.flatMap(Problems, (problems) => {
    if (problems === undefined) return Effect.fail(new StartupFailed({ message }))
    problems.push(message)
    return Effect.succeed(instead)
  })

/** What is read, as far as that can be, and all that is wrong with it. */
export const collect = <A, R>(
  reading: Effect.Effect<A, StartupFailed, R>
): Effect.Effect<{ readonly value: Option.Option<A>; readonly problems: ReadonlyArray<string> }, never, R> =>
  Effect.suspend(() => {
    const problems: Array<string> = []
    return reading.pipe(
      Effect.provideService(Problems, problems),
      Effect.result,
      Effect.map((result) => ({
        value: Result.getSuccess(result),
        problems: Result.isFailure(result) ? [...problems, result.failure.message] : problems
      }))
    )
  })
