import type { ProviderId, Scope } from "@oauth-manager/domain"
import { Data } from "effect"

/** Only the user can mend the integration, by an authorization of `provider` for `scopes`. */
export class ReauthorizationRequired extends Data.TaggedError("ReauthorizationRequired")<{
  readonly provider: ProviderId
  readonly scopes: ReadonlyArray<Scope>
}> {}
