import { Data } from "effect"

/** Storage cannot be reached or refuses to work: nothing was changed, the call may be repeated. */
export class RepositoryUnavailable extends Data.TaggedError("RepositoryUnavailable")<{
  readonly operation: string
  /** Where it is not the database, but a further sink of the audit trail that takes no events. */
  readonly part?: "audit"
}> {
  override get message() {
    return `storage is unavailable (${this.operation})`
  }
}
