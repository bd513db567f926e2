import type { UserScope } from "@oauth-manager/domain"
import { Context, type Effect, type Option } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** A user's data key as it is stored: wrapped under the key-encryption key `keyId`. */
export interface WrappedDataKey {
  readonly id: string
  readonly keyId: string
  readonly wrapped: Uint8Array
}

export class DataKeyRepository extends Context.Service<
  DataKeyRepository,
  {
    readonly find: (scope: UserScope) => Effect.Effect<Option.Option<WrappedDataKey>, RepositoryUnavailable>
    /** Stores a user's first key. When two race, the first stays: the answer is the key that is stored. */
    readonly insert: (scope: UserScope, key: WrappedDataKey) => Effect.Effect<WrappedDataKey, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/DataKeyRepository") {}
