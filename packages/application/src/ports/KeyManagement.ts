import type { UserScope } from "@oauth-manager/domain"
import { Context, type Effect, type Redacted } from "effect"
import type { VaultFailed } from "./TokenVault.ts"

/** What a wrapped data key is bound to. */
export interface WrappingContext {
  readonly owner: UserScope
  readonly dataKeyId: string
}

/** Key-encryption keys, by id. They never leave the adapter, so that a key management service can be one. */
export class KeyManagement extends Context.Service<
  KeyManagement,
  {
    /** Wraps a 32-byte data key under the primary key. */
    readonly wrap: (
      dataKey: Redacted.Redacted<Uint8Array>,
      context: WrappingContext
    ) => Effect.Effect<{ readonly keyId: string; readonly wrapped: Uint8Array }, VaultFailed>
    readonly unwrap: (
      key: { readonly keyId: string; readonly wrapped: Uint8Array },
      context: WrappingContext
    ) => Effect.Effect<Redacted.Redacted<Uint8Array>, VaultFailed>
  }
>()("@oauth-manager/application/ports/KeyManagement") {}
