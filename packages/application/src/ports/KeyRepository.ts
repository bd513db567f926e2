import { Context, Data, type DateTime, type Effect, type Option } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** A key-encryption key as the deployment knows it: by its id, never by its bytes. */
export interface DeploymentKey {
  readonly id: string
  readonly addedAt: DateTime.Utc
  /** When it became the primary last; none where it never has been. */
  readonly promotedAt: Option.Option<DateTime.Utc>
  /** The one that was promoted last wraps what is new. */
  readonly isPrimary: boolean
  /** Opens under the deployment's key of this id alone. None where no server has checked the key yet. */
  readonly canary: Option.Option<Uint8Array>
}

/** The deployment has no key of this id. */
export class KeyUnknown extends Data.TaggedError("KeyUnknown")<{ readonly keyId: string }> {}

/** The key is the deployment's primary: another must be promoted before. */
export class KeyIsPrimary extends Data.TaggedError("KeyIsPrimary")<{ readonly keyId: string }> {}

/** Data keys are still wrapped under the key. */
export class KeyInUse extends Data.TaggedError("KeyInUse")<{ readonly keyId: string }> {}

/**
 * The key-encryption keys that the servers of a deployment share. A data key can be wrapped under one of them alone: the storage
 * refuses any other, also one that is retired at that moment.
 */
export class KeyRepository extends Context.Service<
  KeyRepository,
  {
    /** By id. */
    readonly list: Effect.Effect<ReadonlyArray<DeploymentKey>, RepositoryUnavailable>
    /** The ids of keys that were retired, for ever. */
    readonly retired: Effect.Effect<ReadonlyArray<string>, RepositoryUnavailable>
    /**
     * Adds a key, or gives a canary to one that has none. When two race, the first stays: the answer is the canary that is stored.
     * None: the key was retired, and does not come back.
     */
    readonly register: (
      keyId: string,
      canary: Uint8Array
    ) => Effect.Effect<Option.Option<Uint8Array>, RepositoryUnavailable>
    /** Makes a key the primary. */
    readonly promote: (keyId: string) => Effect.Effect<void, KeyUnknown | RepositoryUnavailable>
    /** Makes a key the primary unless it was so before: then false. */
    readonly promoteNew: (keyId: string) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Ends a key under which nothing is wrapped. */
    readonly retire: (
      keyId: string
    ) => Effect.Effect<void, KeyUnknown | KeyIsPrimary | KeyInUse | RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/KeyRepository") {}
