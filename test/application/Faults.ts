import {
  type AccountAlreadyConnected,
  type PolicyOutdated,
  RepositoryUnavailable,
  VaultFailed
} from "@oauth-manager/application"
import { Context, Deferred, Effect, Layer } from "effect"
import type { Gate } from "../fakes/Script.ts"

type Fault = Effect.Effect<void, RepositoryUnavailable | VaultFailed | AccountAlreadyConnected | PolicyOutdated>

/** Not carried out, or carried out without that whoever called hears so. */
export type Failure = "refused" | "answer lost"

/** What is to happen before and after a port's operation (`TokenRepository.put`) is run. */
export class Faults extends Context.Service<Faults>()("@oauth-manager/test/application/Faults", {
  make: Effect.sync(() => {
    const once = new Map<string, Array<Fault>>()
    const always = new Map<string, Fault>()
    const lost = new Set<string>()
    let calls = 0
    let planned: { readonly call: number; readonly among: RegExp; readonly failure: Failure } | undefined
    return {
      before: (operation: string): Fault =>
        Effect.suspend(() => {
          if (planned?.among.test(operation) === true && ++calls === planned.call) {
            if (planned.failure === "refused") return storageDown
            lost.add(operation)
          }
          return once.get(operation)?.shift() ?? always.get(operation) ?? Effect.void
        }),
      after: (operation: string): Fault => Effect.suspend(() => (lost.delete(operation) ? storageDown : Effect.void)),
      /** Of the calls of such operations from now on, the one of this number fails; the first is 1. */
      failCall: (call: number, among: RegExp, failure: Failure): Effect.Effect<void> =>
        Effect.sync(() => {
          calls = 0
          planned = { call, among, failure }
        }),
      /** How many of them there were since `failCall`. */
      calls: Effect.sync(() => calls),
      /** The next call is carried out, and whoever called hears that storage is down. */
      loseAnswer: (operation: string): Effect.Effect<void> => Effect.sync(() => void lost.add(operation)),
      next: (operation: string, ...faults: ReadonlyArray<Fault>): Effect.Effect<void> =>
        Effect.sync(() => void once.set(operation, [...(once.get(operation) ?? []), ...faults])),
      every: (operation: string, fault: Fault): Effect.Effect<void> =>
        Effect.sync(() => void always.set(operation, fault)),
      mend: (operation: string): Effect.Effect<void> =>
        Effect.sync(() => {
          once.delete(operation)
          always.delete(operation)
        }),
      /** Stops the next call at a gate. */
      hold: (operation: string): Effect.Effect<Gate> =>
        Effect.sync(() => {
          const reached = Deferred.makeUnsafe<void>()
          const released = Deferred.makeUnsafe<void>()
          const wait = Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(released))
          once.set(operation, [...(once.get(operation) ?? []), wait])
          return { reached: Deferred.await(reached), release: Effect.asVoid(Deferred.succeed(released, undefined)) }
        })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

export const storageDown = Effect.fail(new RepositoryUnavailable({ operation: "test" }))
export const unreadable = Effect.fail(new VaultFailed({ reason: "not_authentic" }))

/** The port as it is, but for the faults of its operations. */
export const faulty = <Self, Shape extends object>(
  port: Context.Service<Self, Shape> & { readonly key: string }
): Layer.Layer<Self, never, Self | Faults> =>
  Layer.effect(
    port,
    Effect.gen(function* () {
      const faults = yield* Faults
      const name = port.key.slice(port.key.lastIndexOf("/") + 1)
      return new Proxy(yield* port, {
        get: (target, property) => {
          const operation: unknown = Reflect.get(target, property)
          if (typeof operation !== "function") return operation
          const label = `${name}.${String(property)}`
          return (...args: ReadonlyArray<unknown>) =>
            Effect.andThen(faults.before(label), () => Reflect.apply(operation, target, args)).pipe(
              Effect.tap(() => faults.after(label))
            )
        }
      })
    })
  )
