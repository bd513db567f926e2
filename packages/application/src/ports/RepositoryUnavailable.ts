import { Data } from "effect"

/** Storage cannot be reached or refuses to work: nothing was changed, the call may be repeated. */
export class RepositoryUnavailable extends Data.TaggedError("RepositoryUnavailable")<{
  readonly operation: string
}> {
  override get message() {
    return `storage is unavailable (${this.operation})`
  }
}
