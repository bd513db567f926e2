import type { Erasure } from "@oauth-manager/domain"
import { Context, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** Random ids and a time, and so no personal data: the list may outlive the person's. */
export type ErasureEntry = Pick<Erasure, "id" | "subject" | "dataKeyId" | "requestedAt">

/**
 * Who was erased, outside the database and its backups: a backup that is restored brings persons back, and the list is what
 * erases them again. It is this server's own, and only grows.
 */
export class ErasureList extends Context.Service<
  ErasureList,
  {
    /** Durable when it returns (fsync). An entry that is there already is not written again. */
    readonly append: (...entries: ReadonlyArray<ErasureEntry>) => Effect.Effect<void, RepositoryUnavailable>
    /** All entries that are whole, each once, in the order of their writing. */
    readonly entries: Effect.Effect<ReadonlyArray<ErasureEntry>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ErasureList") {}
