import type { Token, UserScope } from "@oauth-manager/domain"
import type { Actor } from "../access/Journal.ts"
import type { WrappedDataKey } from "../ports/DataKeyRepository.ts"

/** The right to refresh one generation of a token, and whoever asked for it. */
export interface HeldLease {
  readonly actor: Actor
  readonly scope: UserScope
  readonly token: Token
  /** The user's, as it was read with the token. */
  readonly dataKey: WrappedDataKey
  readonly owner: string
  /** A refresh of this generation began before whose end nobody saw. */
  readonly inDoubt: boolean
  /** How many tries have failed since the last success. */
  readonly failures: number
}
