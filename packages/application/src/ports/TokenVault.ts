import type { Sealed, UserScope } from "@oauth-manager/domain"
import { Context, Data, type Effect, type Redacted } from "effect"
import type { WrappedDataKey } from "./DataKeyRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** Where a ciphertext belongs. It opens nowhere else: all of this is authenticated with it. */
export interface SealingContext {
  readonly owner: UserScope
  /** The id of the integration or authorization. */
  readonly object: string
  readonly field: "access_token" | "refresh_token" | "refresh_answer" | "authorization_code" | "authorization_flow"
  readonly generation: number
}

/** A secret cannot be sealed or opened; the reason tells the operator why and no caller what. */
export class VaultFailed extends Data.TaggedError("VaultFailed")<{
  readonly reason: "unknown_format" | "unknown_key" | "not_authentic" | "key_missing"
}> {
  override get message() {
    return `the vault refused: ${this.reason}`
  }
}

export class TokenVault extends Context.Service<
  TokenVault,
  {
    /**
     * Seals under the owner's data key, which is made on first use and, in a unit of work, is not replaced before that has ended.
     * With `dataKey`, where the caller has read it before, no storage is needed.
     */
    readonly seal: (
      context: SealingContext,
      plaintext: Redacted.Redacted<string>,
      dataKey?: WrappedDataKey
    ) => Effect.Effect<Sealed, VaultFailed | RepositoryUnavailable>
    /** Opens what was sealed in the same context. `dataKey`, where the caller has just read it, saves a query. */
    readonly open: (
      context: SealingContext,
      sealed: Sealed,
      dataKey?: WrappedDataKey
    ) => Effect.Effect<Redacted.Redacted<string>, VaultFailed | RepositoryUnavailable>
    /**
     * Something that stands for a text, 32 bytes, the same for the same text as long as the owner's data key is not replaced.
     * Without that key nobody finds out, by trying, which text it stands for.
     */
    readonly pseudonym: (
      owner: UserScope,
      kind: "address" | "agent",
      text: string
    ) => Effect.Effect<Uint8Array, VaultFailed | RepositoryUnavailable>
    /** Makes a data key for the owner, wrapped under the deployment's primary key where this server holds it. It is stored nowhere. */
    readonly makeDataKey: (owner: UserScope) => Effect.Effect<WrappedDataKey, VaultFailed | RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/TokenVault") {}
