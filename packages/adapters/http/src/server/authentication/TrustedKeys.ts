import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose"
import { KeysUnavailable } from "../problems/RequestFailures.ts"

/** Where the issuer's public keys are (RFC 7517). */
export type KeySource =
  | { readonly kind: "jwks_url"; readonly url: string }
  | { readonly kind: "local"; readonly jwks: JSONWebKeySet }

const cooldown = 30_000
const cacheFor = 600_000
const timeout = 5_000
/** For how long after they were last confirmed known keys outlive their issuer's being out of reach. */
const trustFor = 3_600_000

const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey
  || error instanceof errors.JWKSMultipleMatchingKeys
  || error instanceof errors.JOSENotSupported

const orUnavailable =
  (keys: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    try {
      return await keys(header, token)
    } catch (error) {
      // The issuer may have added the key that is missing: until it is heard from, nobody can tell.
      throw error instanceof errors.JWKSNoMatchingKey ? new KeysUnavailable() : error
    }
  }

const none: JWTVerifyGetKey = () => Promise.reject(new KeysUnavailable())

/**
 * The issuer's keys, fetched when needed. While they cannot be fetched the known ones go on working for an hour, and
 * nothing is asked again for half a minute, whatever key ids callers make up.
 */
const remoteKeys = (url: string): JWTVerifyGetKey => {
  const remote = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldown,
    cacheMaxAge: cacheFor,
    timeoutDuration: timeout
  })
  let confirmedAt = 0
  let outage = { until: 0, keys: none }

  const beginOutage = (now: number): void => {
    const known = remote.jwks()
    const isTrusted = known !== undefined && now < confirmedAt + trustFor
    outage = { until: now + cooldown, keys: isTrusted ? orUnavailable(createLocalJWKSet(known)) : none }
  }

  return async (header, token) => {
    if (Date.now() < outage.until) return await outage.keys(header, token)
    try {
      const key = await remote(header, token)
      if (remote.fresh) confirmedAt = Date.now()
      return key
    } catch (error) {
      if (isVerdict(error)) throw error
      beginOutage(Date.now())
      return await outage.keys(header, token)
    }
  }
}

export const trustedKeys = (source: KeySource): JWTVerifyGetKey =>
  source.kind === "local" ? createLocalJWKSet(source.jwks) : remoteKeys(source.url)
