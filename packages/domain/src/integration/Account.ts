/**
 * An account at a provider. `key` identifies it for good (issuer and subject, never an e-mail address);
 * `id` is the provider's own id, `email` and `name` are for people to read and may change.
 */
export interface Account {
  readonly key: string
  readonly id: string
  /** The person at the provider's identity service, where an account (a channel, say) is not the person. */
  readonly subject?: string
  readonly email?: string
  readonly name?: string
}

/** Whom the grant is of, at the provider. */
export const personOf = ({ id, subject }: Account): string => subject ?? id

export const isSameAccount = (a: Account, b: Account): boolean => a.key === b.key
