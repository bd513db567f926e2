import type { UserScope } from "@oauth-manager/domain"
import { Context, type Effect, type Option } from "effect"
import type { WrappedKey } from "./KeyManagement.ts"
import type { KeyUnknown } from "./KeyRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** A user's data key as it is stored: wrapped under the key-encryption key `keyId`. */
export interface WrappedDataKey extends WrappedKey {
  readonly id: string
}

export interface OwnedDataKey {
  readonly owner: UserScope
  readonly dataKey: WrappedDataKey
}

/** The same data key under another key-encryption key. */
export interface Rewrapping {
  readonly before: WrappedDataKey
  readonly after: WrappedKey
}

export class DataKeyRepository extends Context.Service<
  DataKeyRepository,
  {
    readonly find: (scope: UserScope) => Effect.Effect<Option.Option<WrappedDataKey>, RepositoryUnavailable>
    /** As `find`; in a unit of work the key stays the user's until that has ended. */
    readonly findForSealing: (scope: UserScope) => Effect.Effect<Option.Option<WrappedDataKey>, RepositoryUnavailable>
    /**
     * Stores a user's first key. When two race, the first stays: the answer is the key that is stored. It must be wrapped under a
     * key of the deployment.
     */
    readonly insert: (
      scope: UserScope,
      key: WrappedDataKey
    ) => Effect.Effect<WrappedDataKey, KeyUnknown | RepositoryUnavailable>

    /** How many data keys each key-encryption key wraps, where it wraps any. */
    readonly countAcrossUsers: Effect.Effect<ReadonlyMap<string, number>, RepositoryUnavailable>
    /** Up to `limit` data keys that a key-encryption key wraps, by id, behind the one with the id `after`. */
    readonly findUnderAcrossUsers: (
      keyId: string,
      limit: number,
      after?: WrappedDataKey["id"]
    ) => Effect.Effect<ReadonlyArray<OwnedDataKey>, RepositoryUnavailable>
    /** Stores each that is still as it was before, and answers how many those are. Waits for nobody: what another holds is left. */
    readonly rewrapAcrossUsers: (rewrappings: ReadonlyArray<Rewrapping>) => Effect.Effect<number, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/DataKeyRepository") {}
