import type { DomainEvent, DomainEventId } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/**
 * Domain events from their commit to their delivery. The events of one integration are in the order in which its changes were
 * committed: whoever appends one holds the integration's lock (`IntegrationRepository.findForUpdate`) or has just inserted it.
 * Between integrations there is no order: an event may appear before one that is pending already. So what was delivered is settled
 * by its id, and never by how far a reader has come.
 */
export class EventOutbox extends Context.Service<
  EventOutbox,
  {
    /** Within a unit of work of the events' owner, or across users: they are there, in this order, exactly when its effects are. */
    readonly append: (...events: ReadonlyArray<DomainEvent>) => Effect.Effect<void, RepositoryUnavailable>
    /** The first `limit` that are not settled. It keeps nobody else from them: one at a time delivers. */
    readonly pendingAcrossUsers: (limit: number) => Effect.Effect<ReadonlyArray<DomainEvent>, RepositoryUnavailable>
    /** They were delivered: removes them. Repeated, it changes nothing. */
    readonly settleAcrossUsers: (ids: ReadonlyArray<DomainEventId>) => Effect.Effect<void, RepositoryUnavailable>
    /** Removes up to `limit` of those that are older, and answers how many. */
    readonly expireAcrossUsers: (before: DateTime.Utc, limit: number) => Effect.Effect<number, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/EventOutbox") {}
