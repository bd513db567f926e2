import type { TokenAnswer } from "@oauth-manager/application"
import { Scopes } from "@oauth-manager/domain"
import type { JsonObject } from "@oauth-manager/provider-sdk"
import { Duration, Option, Redacted, Result } from "effect"
import { field } from "./JsonObject.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"

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

/**
 * Mends what providers get wrong without harm, so that one silly field never costs a token that cannot be had again.
 * Fails when there is no access token that could be used: none, one that is no VSCHAR, or one that is not a bearer token.
 */
export const normalize = (body: JsonObject, scopeSeparator = " "): Result.Result<NormalToken, "unusable"> => {
  const accessToken = field(body, "access_token")
  const refreshToken = field(body, "refresh_token")
  const idToken = field(body, "id_token")
  if (!isOpaque(accessToken) || !isBearer(field(body, "token_type"))) return Result.fail("unusable")
  if (!isAbsent(refreshToken) && !isOpaque(refreshToken)) return Result.fail("unusable")
  return Result.succeed({
    access_token: accessToken,
    token_type: "bearer",
    ...present("refresh_token", isOpaque(refreshToken) ? refreshToken : undefined),
    ...present("expires_in", seconds(field(body, "expires_in"))),
    ...present("refresh_token_expires_in", seconds(field(body, "refresh_token_expires_in"))),
    ...present("scope", scopeList(field(body, "scope"), scopeSeparator)),
    ...present("id_token", typeof idToken === "string" && idToken !== "" ? idToken : undefined)
  })
}

const lifetime = (value: number | undefined) => Option.map(Option.fromUndefinedOr(value), Duration.seconds)

/** Scopes that this adapter asked for of its own accord are kept out. */
export const toAnswer = (token: NormalToken, { definition, ownScopes }: PreparedProvider): TokenAnswer => ({
  accessToken: Redacted.make(token.access_token, { label: "access_token" }),
  tokenType: "Bearer",
  refreshToken: Option.map(Option.fromUndefinedOr(token.refresh_token), (value) =>
    Redacted.make(value, { label: "refresh_token" })
  ),
  expiresIn: lifetime(token.expires_in ?? definition.accessTokenLifetime),
  refreshExpiresIn: lifetime(token.refresh_token_expires_in),
  scopes: Option.map(Option.fromUndefinedOr(token.scope), (scope) =>
    Scopes.difference(Scopes.parseScopes(scope), ownScopes)
  )
})
