import type { ProviderDefinition } from "@oauth-manager/provider-sdk"

/** A provider that an entry of PROVIDERS names. */
export interface LoadedPlugin {
  /** The entry, as it was written. */
  readonly entry: string
  readonly definition: ProviderDefinition
  /** No package stands behind it: `PROVIDER_<ID>_*` says all that there is to say, its issuer too. */
  readonly isConfigured: boolean
}
