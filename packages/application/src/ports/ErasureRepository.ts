import type { Erasure, ErasureId, ErasureProof, UserScope } from "@oauth-manager/domain"
import { Context, Data, type DateTime, type Duration, type Effect, type Option } from "effect"
import type { ErasureEntry } from "./ErasureList.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** The user is being erased: nothing begins for them before that has ended. */
export class ErasureInProgress extends Data.TaggedError("ErasureInProgress")<{}> {}

export interface ErasureRequest {
  readonly id: ErasureId
  readonly requestedAt: DateTime.Utc
  readonly requestId: string
  /** The erasure is due, to be claimed, after it: whoever begins it has the first try. */
  readonly delay: Duration.Duration
}

/** Someone who is stored, and the erasure that is to end it. */
export interface ErasedUser {
  readonly owner: UserScope
  readonly erasure: Erasure
}

export class ErasureRepository extends Context.Service<
  ErasureRepository,
  {
    /** The user's erasure while it runs. */
    readonly find: (scope: UserScope) => Effect.Effect<Option.Option<Erasure>, RepositoryUnavailable>
    /**
     * Begins the user's erasure, in a unit of work: unfinished authorizations expire and their secrets are destroyed, no other can
     * be inserted any more, and what is connected is locked. None where nothing of the user is stored; where an
     * erasure runs already it is answered, and nothing is changed.
     */
    readonly begin: (
      scope: UserScope,
      request: ErasureRequest
    ) => Effect.Effect<Option.Option<{ readonly erasure: Erasure; readonly isNew: boolean }>, RepositoryUnavailable>
    /**
     * Writes the proof, in the unit of work that then destroys the user's rows. None, and nothing is changed, where the erasure has
     * ended, while a refresh or completion that was in flight when it began may still come back, and, unless
     * `givesUp`, while revocations are pending.
     */
    readonly complete: (
      scope: UserScope,
      id: ErasureId,
      ending: { readonly at: DateTime.Utc; readonly givesUp: boolean }
    ) => Effect.Effect<Option.Option<ErasureProof>, RepositoryUnavailable>
    /**
     * Deletes all rows that name the user: the data key, what was sealed under it, and, last, the mapping of their reference. What
     * remains (consents, audit events, the proof) carries that reference, which is nobody's any more.
     */
    readonly destroy: (scope: UserScope) => Effect.Effect<void, RepositoryUnavailable>
    /** Takes up to `limit` running erasures that are due; nobody else gets them before `lease` is over. */
    readonly claimDueAcrossUsers: (
      limit: number,
      lease: Duration.Duration
    ) => Effect.Effect<ReadonlyArray<ErasedUser>, RepositoryUnavailable>
    /** Those of the list who are stored, or whose data key is, without an erasure that runs: a backup brought them back. */
    readonly findRestoredAcrossUsers: (
      entries: ReadonlyArray<ErasureEntry>
    ) => Effect.Effect<
      ReadonlyArray<{ readonly owner: UserScope; readonly entry: ErasureEntry }>,
      RepositoryUnavailable
    >
    /**
     * Keeps the proof of an erasure that was done again at the time given, in the unit of work that does it. False, and nothing is
     * changed, where the one who was found is not stored any more: another server was faster, and they may have come back since.
     */
    readonly keepProofAcrossUsers: (
      owner: UserScope,
      entry: ErasureEntry,
      at: DateTime.Utc
    ) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Up to `limit` erasures, whether they run or have ended, by id, behind the one with the id `after`. */
    readonly listAcrossUsers: (
      limit: number,
      after: Option.Option<ErasureId>
    ) => Effect.Effect<ReadonlyArray<Erasure>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ErasureRepository") {}
