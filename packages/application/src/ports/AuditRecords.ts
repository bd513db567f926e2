import type { UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** An event as it is read again. Persons are references; who acted for another is told by `actor` and `subject`. */
export interface AuditRecord {
  readonly sequence: number
  /** In the chain; none before it is sealed. */
  readonly position: Option.Option<number>
  readonly id: string
  readonly occurredAt: DateTime.Utc
  readonly subject: string
  readonly actor: Option.Option<{
    readonly reference: string
    readonly role: string
    readonly client: Option.Option<string>
  }>
  readonly action: string
  readonly object: { readonly type: string; readonly id: string }
  readonly outcome: "success" | "failure"
  readonly reason: Option.Option<string>
  readonly purpose: Option.Option<string>
  readonly requestId: string
  /** In hex. */
  readonly addressHash: Option.Option<string>
}

/** From `from` on, and before `to`. */
export interface AuditPeriod {
  readonly from?: DateTime.Utc
  readonly to?: DateTime.Utc
}

export interface AuditFilter extends AuditPeriod {
  readonly action?: string
}

/** The newest first: those whose sequence is below `before`. */
export interface AuditPage {
  readonly limit: number
  readonly before: Option.Option<number>
}

/** A sealed event as a line of JSON, without its end. */
export interface AuditLine {
  readonly key: number
  readonly text: string
}

/** Reads the trail. */
export class AuditRecords extends Context.Service<
  AuditRecords,
  {
    /** Events about the user, whoever acted; none about one who is not known. */
    readonly ofUser: (
      scope: UserScope,
      filter: AuditFilter,
      page: AuditPage
    ) => Effect.Effect<ReadonlyArray<AuditRecord>, RepositoryUnavailable>
    /** Events of the tenant of `scope`. */
    readonly ofTenant: (
      scope: UserScope,
      filter: AuditFilter,
      page: AuditPage
    ) => Effect.Effect<ReadonlyArray<AuditRecord>, RepositoryUnavailable>
    /** Sealed events of the tenant, by sequence: those with a key above `after`. */
    readonly lines: (
      scope: UserScope,
      period: AuditPeriod,
      after: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<AuditLine>, RepositoryUnavailable>
    /** Sealed events of the whole deployment, in the order of the chain. */
    readonly linesAcrossUsers: (
      period: AuditPeriod,
      after: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<AuditLine>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/AuditRecords") {}
