import type { ProviderId } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** A provider refuses the deployment's client: no user's integration is at fault, and none works until an operator acts. */
export interface ProviderIncident {
  readonly provider: ProviderId
  /** The code of `ProviderMisconfigured`. */
  readonly code: string
  readonly since: DateTime.Utc
}

/** Incidents of providers, for all servers of the deployment. */
export class ProviderIncidents extends Context.Service<
  ProviderIncidents,
  {
    /** Opens an incident, or names the code of the one that is open; true where none was. */
    readonly open: (provider: ProviderId, code: string) => Effect.Effect<boolean, RepositoryUnavailable>
    /** True where one was open. */
    readonly close: (provider: ProviderId) => Effect.Effect<boolean, RepositoryUnavailable>
    readonly list: Effect.Effect<ReadonlyArray<ProviderIncident>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ProviderIncidents") {}
