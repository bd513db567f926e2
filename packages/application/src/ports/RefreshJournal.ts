import type { IntegrationId, Sealed, UserScope } from "@oauth-manager/domain"
import { Context, Data, type DateTime, type Effect } from "effect"
import type { WrappedDataKey } from "./DataKeyRepository.ts"

/** The journal cannot be written or read: its disk is full, or gone. */
export class JournalUnavailable extends Data.TaggedError("JournalUnavailable")<{
  readonly operation: "write" | "remove" | "read"
}> {}

/** What a provider answered to the refresh token of `generation`, as it came, sealed; one for each integration and generation. */
export interface JournalEntry {
  readonly owner: UserScope
  readonly integrationId: IntegrationId
  readonly generation: number
  readonly answeredAt: DateTime.Utc
  readonly answer: Sealed
  /** The key it is sealed under, as it was then: the user's may have been replaced since. None in those of the version before. */
  readonly dataKey?: WrappedDataKey
}

/**
 * Answers that hold a rotated refresh token and are not committed yet. They outlive this process and, on a durable volume,
 * its machine, but not that volume: the journal is this server's own and no other's.
 */
export class RefreshJournal extends Context.Service<
  RefreshJournal,
  {
    /** Durable when it returns (fsync). Writing the same entry again changes nothing. */
    readonly write: (entry: JournalEntry) => Effect.Effect<void, JournalUnavailable>
    /** The answer is committed, or worth nothing any more. */
    readonly remove: (
      entry: Pick<JournalEntry, "integrationId" | "generation">
    ) => Effect.Effect<void, JournalUnavailable>
    /** All entries that are there and whole, the oldest first; one that was torn by a crash was never durable and is dropped. */
    readonly entries: Effect.Effect<ReadonlyArray<JournalEntry>, JournalUnavailable>
  }
>()("@oauth-manager/application/ports/RefreshJournal") {}
