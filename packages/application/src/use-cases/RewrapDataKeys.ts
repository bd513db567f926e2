import { Array, Context, Effect, Layer, Option, Redacted } from "effect"
import { primaryOf } from "../keys/WrappingKey.ts"
import { DataKeyRepository, type OwnedDataKey, type Rewrapping } from "../ports/DataKeyRepository.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"

const page = 100

/** What one pass came to. What it did not do is left to another pass, or another server. */
export interface Rewrapped {
  readonly rewrapped: number
  readonly failed: number
}

/**
 * Wraps data keys under the deployment's primary key, from those keys that this server holds. It can be broken off at any point, and
 * any number of servers may do it at once: each data key is replaced if it is still what was read.
 */
export class RewrapDataKeys extends Context.Service<RewrapDataKeys>()(
  "@oauth-manager/application/use-cases/RewrapDataKeys",
  {
    make: Effect.gen(function* () {
      const management = yield* KeyManagement
      const deployment = yield* KeyRepository
      const dataKeys = yield* DataKeyRepository

      const rewrap = ({ dataKey, owner }: OwnedDataKey, to: string) => {
        const context = { purpose: "data_key", owner, dataKeyId: dataKey.id } as const
        return management.unwrap(dataKey, context).pipe(
          Effect.flatMap((key) =>
            management.wrap(key, context, to).pipe(Effect.ensuring(Effect.sync(() => Redacted.value(key).fill(0))))
          ),
          Effect.map((after): Rewrapping => ({ before: dataKey, after })),
          Effect.tapError(({ reason }) => Effect.logError(`the data key ${dataKey.id} cannot be rewrapped: ${reason}`))
        )
      }

      const rewrapPage = Effect.fnUntraced(function* (from: string, to: string, after?: string) {
        const found = yield* dataKeys.findUnderAcrossUsers(from, page, after)
        const [rewrappings, failures] = Array.separate(
          yield* Effect.forEach(found, (owned) => Effect.result(rewrap(owned, to)), { concurrency: 8 })
        )
        return {
          rewrapped: rewrappings.length === 0 ? 0 : yield* dataKeys.rewrapAcrossUsers(rewrappings),
          failed: failures.length,
          last: found.length < page ? Option.none<string>() : Option.map(Array.last(found), ({ dataKey }) => dataKey.id)
        }
      })

      return {
        /** `report` is given the number that are done so far, after every hundred. */
        pass: Effect.fn("RewrapDataKeys.pass")(function* (
          report: (rewrapped: number) => Effect.Effect<void> = () => Effect.void
        ) {
          const known = yield* deployment.list
          const held: ReadonlyArray<string> = yield* management.keyIds
          const primary = Option.filter(primaryOf(known), ({ id }) => held.includes(id))
          let [rewrapped, failed] = [0, 0]
          if (Option.isNone(primary)) return { rewrapped, failed } satisfies Rewrapped
          for (const { id, isPrimary } of known) {
            if (isPrimary || !held.includes(id)) continue
            let after = Option.none<string>()
            do {
              const done = yield* rewrapPage(id, primary.value.id, Option.getOrUndefined(after))
              rewrapped += done.rewrapped
              failed += done.failed
              if (done.rewrapped > 0) yield* report(rewrapped)
              after = done.last
            } while (Option.isSome(after))
          }
          return { rewrapped, failed } satisfies Rewrapped
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
