import type { UserScope } from "@oauth-manager/domain"
import { type Array, Context, type Effect, type Redacted } from "effect"
import type { VaultFailed } from "./TokenVault.ts"

/**
 * What a wrapped key is bound to: the user and the id of a data key; or nothing but the key that wraps it, for the canary by
 * which a server knows that its keys are the deployment's.
 */
export type WrappingContext =
  | { readonly purpose: "data_key"; readonly owner: UserScope; readonly dataKeyId: string }
  | { readonly purpose: "canary" }

/** A key as it is stored: wrapped under the key-encryption key `keyId`. */
export interface WrappedKey {
  readonly keyId: string
  readonly wrapped: Uint8Array
}

/** Key-encryption keys, by id. They never leave the adapter, so that a key management service can be one. */
export class KeyManagement extends Context.Service<
  KeyManagement,
  {
    /** The ids of the keys that it holds now, its own first key first. They may change while the server runs. */
    readonly keyIds: Effect.Effect<Array.NonEmptyReadonlyArray<string>, VaultFailed>
    /** Wraps a 32-byte key under the key `keyId`, or under its first; `unknown_key` where it does not hold it. */
    readonly wrap: (
      key: Redacted.Redacted<Uint8Array>,
      context: WrappingContext,
      keyId?: string
    ) => Effect.Effect<WrappedKey, VaultFailed>
    /** `not_authentic` where the key was wrapped by another key of that id, or in another context. */
    readonly unwrap: (
      key: WrappedKey,
      context: WrappingContext
    ) => Effect.Effect<Redacted.Redacted<Uint8Array>, VaultFailed>
  }
>()("@oauth-manager/application/ports/KeyManagement") {}
