/**
 * An account at a provider. `key` identifies it for good (issuer and subject, never an e-mail address);
 * `id` is the provider's own id, `email` and `name` are for people to read and may change.
 */
export interface Account {
  readonly key: string
  readonly id: string
  readonly email?: string
  readonly name?: string
}

export const isSameAccount = (a: Account, b: Account): boolean => a.key === b.key
