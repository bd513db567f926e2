import { Context, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/**
 * What is wrong with the trail, and where. `altered`: an event is not what was sealed. `deleted`: a sealed event is gone. `reordered`: an
 * event stands in another's place. `seal_altered`: the seal's hash is not its event's. `missing`: seals are gone. `unsealed`: an event
 * came behind the point up to which all were sealed. `truncated`: the chain ends before a checkpoint. `rewritten`: the chain
 * is another than that of a checkpoint. `unanchored`: the chain begins late, and no checkpoint vouches for where.
 * `bad_signature`, `unknown_key`, `unreadable`: of a checkpoint. `rolled_back`: a token is older than the trail says.
 */
export type AuditFaultKind =
  | "altered"
  | "deleted"
  | "reordered"
  | "seal_altered"
  | "missing"
  | "unsealed"
  | "truncated"
  | "rewritten"
  | "unanchored"
  | "bad_signature"
  | "unknown_key"
  | "unreadable"
  | "rolled_back"

export interface AuditFault {
  readonly kind: AuditFaultKind
  readonly position?: number
  /** The last position of those meant, where there are several. */
  readonly through?: number
  /** The last position that a checkpoint vouches for before it. */
  readonly after?: number
  readonly sequence?: number
  readonly eventId?: string
  readonly integrationId?: string
  /** The line of the file of checkpoints or of the export. */
  readonly line?: number
}

export interface AuditVerification {
  /** Of the events that were checked against the chain. */
  readonly events: number
  readonly first: number
  readonly last: number
  /** Events that wait to be sealed: no fault. */
  readonly unsealed: number
  /** Those that hold of the chain. */
  readonly checkpoints: number
  /** The last position that one of them vouches for. */
  readonly checkpointed: number
  readonly faultCount: number
  /** The first of them, up to the limit asked for. */
  readonly faults: ReadonlyArray<AuditFault>
}

export interface AuditRange {
  readonly from?: number
  readonly to?: number
}

/** The chain of hashes and the signed checkpoints over the trail. */
export class AuditChain extends Context.Service<
  AuditChain,
  {
    /** Looks at every event of the range, the whole trail unless told, and finds all faults. It changes nothing. */
    readonly verify: (range: AuditRange, limit: number) => Effect.Effect<AuditVerification, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/AuditChain") {}
