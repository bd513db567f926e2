import { Schema } from "effect"
import type { ErrorMeaning, ErrorPlace } from "./ErrorRules.ts"

export type JsonObject = Readonly<Record<string, unknown>>

/** An answer of the provider that is no success, for `classifyError`. */
export interface ProviderError {
  readonly place: ErrorPlace
  readonly status: number
  readonly body: JsonObject
}

/** Who an answer says the account is, for `account`. */
export interface AccountFields {
  readonly id: string
  readonly email?: string
  readonly name?: string
}

/**
 * What data cannot say. Each is a small pure function: it is given plain values, a copy of its own, and has no effect but
 * its answer. One that throws, or answers something else, counts as if the provider's answer could not be used.
 */
export interface Hooks {
  /** Turns a success of the token endpoint into the form of RFC 6749 §5.1. */
  readonly tokenResponse?: (body: JsonObject) => JsonObject
  /** Decides on an error before the rules do; `undefined` leaves it to them. */
  readonly classifyError?: (error: ProviderError) => ErrorMeaning | undefined
  /** Reads the account from the answer that `identity` names, in place of its paths. A token response comes without its tokens. */
  readonly account?: (body: JsonObject) => AccountFields | undefined
  /** May this verified ID token identify an account? Asked after every other check. */
  readonly acceptsIdentity?: (claims: JsonObject, settings: Readonly<Record<string, string>>) => boolean
}

const hook = <F>() =>
  Schema.optionalKey(
    Schema.declare((value: unknown): value is F => typeof value === "function", { expected: "a function" })
  )

export const Hooks = Schema.Struct({
  tokenResponse: hook<NonNullable<Hooks["tokenResponse"]>>(),
  classifyError: hook<NonNullable<Hooks["classifyError"]>>(),
  account: hook<NonNullable<Hooks["account"]>>(),
  acceptsIdentity: hook<NonNullable<Hooks["acceptsIdentity"]>>()
})
