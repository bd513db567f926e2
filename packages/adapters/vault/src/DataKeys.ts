import { KeyManagement, type VaultFailed, type WrappedDataKey } from "@oauth-manager/application"
import { isSameScope, type UserScope } from "@oauth-manager/domain"
import { Cache, type Duration, Effect, Equal, Exit, Hash, Redacted, Schedule, type Scope } from "effect"
import { createSecretKey, type KeyObject } from "node:crypto"

/** A data key as its owner's row holds it. Equal by owner and id, so that no entry ever serves another owner. */
export class StoredDataKey implements Equal.Equal {
  readonly owner: UserScope
  readonly row: WrappedDataKey
  readonly #hash: number
  constructor(owner: UserScope, row: WrappedDataKey) {
    this.owner = owner
    this.row = row
    this.#hash = Hash.string(row.id)
  }
  [Hash.symbol](): number {
    return this.#hash
  }
  [Equal.symbol](that: unknown): boolean {
    return that instanceof StoredDataKey && that.row.id === this.row.id && isSameScope(that.owner, this.owner)
  }
}

export type DataKeys = Cache.Cache<StoredDataKey, KeyObject, VaultFailed>

/** Unwrapped data keys, the least recently used leaving first. One that is past its time is gone within a minute. */
export const make = (options: {
  readonly capacity: number
  readonly timeToLive: Duration.Input
}): Effect.Effect<DataKeys, never, KeyManagement | Scope.Scope> =>
  Effect.gen(function* () {
    const keys = yield* KeyManagement
    const unwrap = Effect.fnUntraced(function* ({ owner, row }: StoredDataKey) {
      const dataKey = yield* keys.unwrap(row, { purpose: "data_key", owner, dataKeyId: row.id })
      const bytes = Redacted.value(dataKey)
      const key = createSecretKey(bytes)
      bytes.fill(0)
      return key
    })
    const cache = yield* Cache.makeWith(unwrap, {
      capacity: options.capacity,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? options.timeToLive : "0 millis")
    })
    // Listing the keys is what makes the cache drop the expired ones.
    const sweep = Effect.map(Cache.keys(cache), (live) => Array.from(live).length)
    yield* sweep.pipe(Effect.repeat(Schedule.spaced("1 minute")), Effect.forkScoped)
    return cache
  })
