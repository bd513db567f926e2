import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import type { Options } from "@oauth-manager/provider-sdk/conformance"

/** How a plugin differs from the sample, what is known of its provider, the case that must fail, and what it must say. */
export type Broken = readonly [
  what: string,
  changes: Partial<Record<keyof ProviderManifest, unknown>>,
  known: Options,
  failing: string,
  message: string
]
