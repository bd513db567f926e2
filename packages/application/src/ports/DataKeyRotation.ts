import type { Sealed, UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { OwnedDataKey, WrappedDataKey } from "./DataKeyRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"
import type { SealingContext } from "./TokenVault.ts"

/** A ciphertext, where it is stored, and the context in which it opens. */
export interface StoredSecret {
  readonly holder: "token" | "revocation"
  /** The integration's id, or the revocation's. */
  readonly id: string
  readonly slot: "access_token" | "refresh_token" | "token"
  readonly context: SealingContext
  readonly sealed: Sealed
}

/** Which data keys are due. */
export interface DueDataKeys {
  readonly limit: number
  /** Under these key-encryption keys alone. */
  readonly keyIds: ReadonlyArray<string>
  /** The ids of those that are not wanted. */
  readonly except: ReadonlyArray<WrappedDataKey["id"]>
}

/**
 * The replacement of data keys: each user's secrets are sealed anew under a new key. It is not due for a user who connects an account
 * at this moment, nor while a refresh may have left an answer in a journal, which the old key alone opens.
 */
export class DataKeyRotation extends Context.Service<
  DataKeyRotation,
  {
    /** From now on every data key that is there is to be replaced. */
    readonly request: Effect.Effect<void, RepositoryUnavailable>
    /** When it was asked for last. */
    readonly requestedAt: Effect.Effect<Option.Option<DateTime.Utc>, RepositoryUnavailable>
    /** How many data keys are still to be replaced, due or not. */
    readonly remainingAcrossUsers: Effect.Effect<number, RepositoryUnavailable>
    /** The longest in use first. */
    readonly findDueAcrossUsers: (due: DueDataKeys) => Effect.Effect<ReadonlyArray<OwnedDataKey>, RepositoryUnavailable>
    /**
     * All that is sealed under a user's data key, for the unit of work around it alone: until that has ended, nobody seals, and no
     * refresh begins. None where there is nothing to replace, or it is not due.
     */
    readonly take: (
      scope: UserScope
    ) => Effect.Effect<
      Option.Option<{ readonly dataKey: WrappedDataKey; readonly secrets: ReadonlyArray<StoredSecret> }>,
      RepositoryUnavailable
    >
    /** Puts a new data key in the place of the one that was taken, and each secret in its own. */
    readonly replace: (
      scope: UserScope,
      dataKey: WrappedDataKey,
      secrets: ReadonlyArray<StoredSecret>
    ) => Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/DataKeyRotation") {}
