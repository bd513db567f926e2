import { Effect } from "effect"
import { type Fault, fault } from "./Fault.ts"

interface Failure {
  readonly _tag: string
  readonly reason?: string
  readonly code?: string
  readonly error?: string
}

/** A failure of the client in one line: `ProviderUnavailable rate_limited`. */
export const shown = (failure: object): string => {
  const { _tag, code, error, reason } = failure as Failure
  return [_tag, reason ?? code ?? error].filter((part) => part !== undefined).join(" ")
}

/** What must work; the fault says what did not, and how the client failed. */
export const succeeds = <A, E extends object>(what: string, effect: Effect.Effect<A, E>): Effect.Effect<A, Fault> =>
  Effect.mapError(effect, (failure) => fault(`${what} must succeed, but failed with ${shown(failure)}`))

const isOneOf = (failure: object, wanted: ReadonlyArray<string>): boolean =>
  wanted.some((one) => one === shown(failure) || one === (failure as Failure)._tag)

/** What must not work; a failure is named by its tag, with or without its reason. */
export const failsWith = <A, E extends object>(
  what: string,
  wanted: string | ReadonlyArray<string>,
  effect: Effect.Effect<A, E>
): Effect.Effect<E, Fault> =>
  Effect.matchEffect(effect, {
    onSuccess: () => Effect.fail(fault(`${what} must fail with ${[wanted].flat().join(" or ")}, but succeeded`)),
    onFailure: (failure) =>
      isOneOf(failure, [wanted].flat())
        ? Effect.succeed(failure)
        : Effect.fail(
            fault(`${what} must fail with ${[wanted].flat().join(" or ")}, but failed with ${shown(failure)}`)
          )
  })

/** What must be so. */
export const holds = (isSo: boolean, otherwise: string): Effect.Effect<void, Fault> =>
  isSo ? Effect.void : Effect.fail(fault(otherwise))

const written = (value: unknown): string => JSON.stringify(value) ?? String(value)

export const equals = <A>(what: string, found: A, wanted: A): Effect.Effect<void, Fault> =>
  holds(written(found) === written(wanted), `${what} is ${written(found)}, and should be ${written(wanted)}`)
