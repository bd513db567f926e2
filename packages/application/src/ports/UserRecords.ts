import type { AuditEvent, Authorization, UserReference, UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { PendingRevocation } from "./RevocationOutbox.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/**
 * An audit event about a user, as they may see it: who acted is told by role, and whether it was they themselves. Actions and
 * objects are text, since a server of a later version may have written it.
 */
export interface RecordedEvent extends Pick<AuditEvent, "occurredAt" | "outcome" | "requestId"> {
  readonly sequence: number
  readonly id: string
  readonly action: string
  readonly object: { readonly type: string; readonly id: string }
  readonly actor: Option.Option<{ readonly isUser: boolean; readonly role: string }>
  readonly reason: Option.Option<string>
  readonly purpose: Option.Option<string>
}

export interface KnownUser {
  readonly reference: UserReference
  readonly knownSince: DateTime.Utc
}

/** What is stored about one user beyond what other ports read: for the export alone. No secret crosses it. */
export class UserRecords extends Context.Service<
  UserRecords,
  {
    /** None of somebody who was never heard of, or was erased. */
    readonly find: (scope: UserScope) => Effect.Effect<Option.Option<KnownUser>, RepositoryUnavailable>
    /** All authorizations, the oldest first. */
    readonly authorizations: (scope: UserScope) => Effect.Effect<ReadonlyArray<Authorization>, RepositoryUnavailable>
    readonly pendingRevocations: (
      scope: UserScope
    ) => Effect.Effect<
      ReadonlyArray<Pick<PendingRevocation, "id" | "integrationId" | "provider" | "attempts">>,
      RepositoryUnavailable
    >
    /** Up to `limit` events about the user, in the order of their sequence, behind the one with the number `after`. */
    readonly auditEvents: (
      scope: UserScope,
      limit: number,
      after: number
    ) => Effect.Effect<ReadonlyArray<RecordedEvent>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/UserRecords") {}
