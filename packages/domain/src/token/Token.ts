import { type DateTime, type Option, Schema } from "effect"
import type { IntegrationId } from "../integration/Integration.ts"
import type { UserScope } from "../user/UserScope.ts"

/** Ciphertext in the versioned format of docs/security.md; bound to its owner, its row, its field and its generation. */
export const Sealed = Schema.Uint8Array.pipe(Schema.brand("Sealed"))
export type Sealed = typeof Sealed.Type

/**
 * The tokens of an integration. Each exchange or refresh writes the next generation, and no older one is
 * ever written over a newer. An absent `expiresAt` is an access token whose end the provider does not tell.
 */
export interface Token {
  readonly integrationId: IntegrationId
  readonly owner: UserScope
  readonly generation: number
  readonly tokenType: string
  readonly accessToken: Sealed
  readonly refreshToken: Option.Option<Sealed>
  readonly expiresAt: Option.Option<DateTime.Utc>
  /** When the refresh token ends, where the provider told. */
  readonly refreshExpiresAt: Option.Option<DateTime.Utc>
  readonly obtainedAt: DateTime.Utc
}
