import { Schema } from "effect"

/** One OAuth scope value, a scope-token of RFC 6749 §3.3. */
export const Scope = Schema.String.check(
  Schema.isPattern(/^[\x21\x23-\x5B\x5D-\x7E]{1,512}$/u, {
    message: "must be an OAuth scope: 1 to 512 printable ASCII characters without space, quote or backslash"
  })
).pipe(Schema.brand("Scope"))
export type Scope = typeof Scope.Type

const isScope = Schema.is(Scope)

/** The scopes of a space-separated list (RFC 6749 §3.3), in order, without duplicates; values that are no scope-token are left out. */
export const parseScopes = (value: string): ReadonlyArray<Scope> => [...new Set(value.split(" ").filter(isScope))]

export const formatScopes = (scopes: ReadonlyArray<Scope>): string => scopes.join(" ")

export const union = (...lists: ReadonlyArray<ReadonlyArray<Scope>>): ReadonlyArray<Scope> => [...new Set(lists.flat())]

export const difference = (a: ReadonlyArray<Scope>, b: ReadonlyArray<Scope>): ReadonlyArray<Scope> =>
  a.filter((scope) => !b.includes(scope))

export const isSubset = (a: ReadonlyArray<Scope>, b: ReadonlyArray<Scope>): boolean =>
  a.every((scope) => b.includes(scope))
