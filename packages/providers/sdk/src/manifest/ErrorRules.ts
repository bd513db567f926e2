import { Schema } from "effect"
import { Path } from "./Text.ts"

/**
 * Who must act on an error. `retry`: nobody, it passes. `reauthorize`: the user, by connecting again. `admin_action`: an
 * administrator of the account's organization. `misconfigured`: the operator of this service. `restart_flow`: the user,
 * by beginning anew (the code is spent).
 */
export const ErrorMeaning = Schema.Literals(["retry", "reauthorize", "admin_action", "misconfigured", "restart_flow"])
export type ErrorMeaning = typeof ErrorMeaning.Type

/** Where an error occurs: in the redirect back, at the redemption of a code, at a refresh. */
export const ErrorPlace = Schema.Literals(["callback", "exchange", "refresh"])
export type ErrorPlace = typeof ErrorPlace.Type

const strings = Schema.optionalKey(Schema.NonEmptyArray(Schema.NonEmptyString))
const integers = Schema.optionalKey(Schema.NonEmptyArray(Schema.Int))

/** All that is given must hold. The first rule that fits decides; where none does, RFC 6749 §4.1.2.1 and §5.2 do. */
export const ErrorRule = Schema.Struct({
  means: ErrorMeaning,
  at: Schema.optionalKey(Schema.NonEmptyArray(ErrorPlace)),
  status: integers,
  /** The error code. */
  error: strings,
  /** What refines it. */
  suberror: strings,
  /** Numbers that refine it, one of which must be among the answer's. */
  numbers: integers,
  /** Words that the description must hold one of; for providers whose codes do not tell enough. */
  description: strings
}).check(
  Schema.makeFilter(
    ({ description, error, numbers, status, suberror }) =>
      [description, error, numbers, status, suberror].some((condition) => condition !== undefined)
      || "must name a status, an error, a suberror, numbers or a description"
  )
)
export type ErrorRule = typeof ErrorRule.Type

/** How the provider reports errors, where it does so otherwise than RFC 6749 §5.2. */
export const Errors = Schema.Struct({
  /** Where the code stands; the first that is there counts. `error` where it is absent. */
  code: Schema.optionalKey(Schema.NonEmptyArray(Path)),
  suberror: Schema.optionalKey(Path),
  numbers: Schema.optionalKey(Path),
  description: Schema.optionalKey(Path),
  /** Further requirements on a new authorization, to be passed on in its `claims` parameter. */
  claims: Schema.optionalKey(Path),
  /** Errors may come with a status of success: an answer with a code and no access token is one. */
  withSuccessStatus: Schema.optionalKey(Schema.Boolean),
  /** In the first 512 characters of a description, the first group is a number; for redirects, which carry no numbers of their own. */
  numberInDescription: Schema.optionalKey(Schema.NonEmptyString),
  rules: Schema.Array(ErrorRule)
})
export type Errors = typeof Errors.Type
