import type { RegisteredProvider, TokenAnswer } from "@oauth-manager/application"
import { Scopes } from "@oauth-manager/domain"
import type { JsonObject, ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Duration, Option, Redacted, Result } from "effect"
import * as Hooks from "./Hooks.ts"
import { field, isObject, parseObject } from "./JsonObject.ts"
import { ownScopes } from "./OwnScopes.ts"

/** A successful token response with every field as RFC 6749 §5.1 wants it, or absent. */
export interface NormalToken {
  readonly access_token: string
  readonly token_type: "bearer"
  readonly refresh_token?: string
  readonly expires_in?: number
  /** No standard; the name that Google and others use. */
  readonly refresh_token_expires_in?: number
  readonly scope?: string
  readonly id_token?: string
}

/** A success of the token endpoint: as it came, and in the form of RFC 6749 §5.1. */
export interface TokenSuccess {
  readonly body: JsonObject
  readonly token: NormalToken
}

/** What is left of a success without an access token that could be used. */
export interface UnusableSuccess {
  readonly refreshToken: Option.Option<Redacted.Redacted<string>>
}

const tenYears = 10 * 365 * 24 * 60 * 60
const vschar = /^[\x20-\x7E]{1,16384}$/

/** VSCHAR (RFC 6749 Appendix A) of at most 16 KiB: it will stand in headers and forms. */
export const isOpaque = (value: unknown): value is string => typeof value === "string" && vschar.test(value)

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ""

const seconds = (value: unknown): number | undefined => {
  const number = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  if (typeof number !== "number" || !Number.isFinite(number) || number < 1) return undefined
  return Math.min(Math.floor(number), tenYears)
}

const scopeList = (value: unknown, separator: string): string | undefined => {
  const words = (Array.isArray(value) ? value : [value]).filter((member) => typeof member === "string")
  return (
    Scopes.formatScopes(Scopes.parseScopes(words.join(" ").replaceAll(separator, " ").replaceAll(/\s+/g, " ")))
    || undefined
  )
}

const isBearer = (value: unknown): boolean =>
  isAbsent(value) || (typeof value === "string" && value.toLowerCase() === "bearer")

const present = <K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: V })

const secret = (name: "access_token" | "refresh_token", value: string): Redacted.Redacted<string> =>
  Redacted.make(value, { label: name })

/**
 * Mends what providers get wrong without harm, so that one silly field never costs a token that cannot be had again.
 * Fails when there is no access token that could be used: none, one that is no VSCHAR, or one that is not a bearer token.
 */
const normalize = (body: JsonObject, scopeSeparator = " "): Result.Result<NormalToken, UnusableSuccess> => {
  const accessToken = field(body, "access_token")
  const idToken = field(body, "id_token")
  const refreshToken = Option.liftPredicate(isOpaque)(field(body, "refresh_token"))
  if (!isOpaque(accessToken) || !isBearer(field(body, "token_type"))) {
    return Result.fail({ refreshToken: Option.map(refreshToken, (value) => secret("refresh_token", value)) })
  }
  return Result.succeed({
    access_token: accessToken,
    token_type: "bearer",
    ...present("refresh_token", Option.getOrUndefined(refreshToken)),
    ...present("expires_in", seconds(field(body, "expires_in"))),
    ...present("refresh_token_expires_in", seconds(field(body, "refresh_token_expires_in"))),
    ...present("scope", scopeList(field(body, "scope"), scopeSeparator)),
    ...present("id_token", typeof idToken === "string" && idToken !== "" ? idToken : undefined)
  })
}

/** Reads the body of a success, by the plugin's hook where it has one. */
export const read = (
  { hooks, tokenRequests }: ProviderDefinition,
  answer: Redacted.Redacted<string>
): Result.Result<TokenSuccess, UnusableSuccess> => {
  const hook = hooks?.tokenResponse
  return parseObject(Redacted.value(answer)).pipe(
    Option.flatMap((sent) => (hook === undefined ? Option.some(sent) : Hooks.call(hook, sent))),
    Option.filter(isObject),
    Option.match({
      onNone: () => Result.fail({ refreshToken: Option.none() }),
      onSome: (body) => Result.map(normalize(body, tokenRequests?.scopeSeparator), (token) => ({ body, token }))
    })
  )
}

const lifetime = (value: number | undefined) => Option.map(Option.fromUndefinedOr(value), Duration.seconds)

/** The answer as the caller is told it, without the scopes that are this adapter's own. */
export const toAnswer = (
  token: NormalToken,
  provider: Pick<RegisteredProvider, "definition" | "overrides">
): TokenAnswer => ({
  accessToken: secret("access_token", token.access_token),
  tokenType: "Bearer",
  refreshToken: Option.map(Option.fromUndefinedOr(token.refresh_token), (value) => secret("refresh_token", value)),
  expiresIn: lifetime(token.expires_in ?? provider.definition.accessTokenLifetime),
  refreshExpiresIn: lifetime(token.refresh_token_expires_in),
  scopes: Option.map(Option.fromUndefinedOr(token.scope), (scope) =>
    Scopes.difference(Scopes.parseScopes(scope), ownScopes(provider))
  )
})
