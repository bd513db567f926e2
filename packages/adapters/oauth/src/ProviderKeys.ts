import type { ProviderMisconfigured, ProviderUnavailable } from "@oauth-manager/application"
import { Clock, type Duration, Effect, Option } from "effect"
import { createLocalJWKSet, type JSONWebKeySet } from "jose"
import * as AnswerCache from "./AnswerCache.ts"
import { classifyStatus, misconfigured, unavailable } from "./ErrorClassification.ts"
import { bodyObject } from "./JsonObject.ts"
import { atOnly, type Send } from "./ProviderHttp.ts"

export type KeySet = ReturnType<typeof createLocalJWKSet>
export type KeyFailure = ProviderUnavailable | ProviderMisconfigured

export interface ProviderKeys {
  /** The keys at a `jwks_uri`; kept for ten minutes. */
  readonly get: (provider: string, uri: string) => Effect.Effect<KeySet, KeyFailure>
  /** The keys anew in place of `outdated`; none where doing so was in vain less than 30 seconds ago. */
  readonly renew: (provider: string, uri: string, outdated: KeySet) => Effect.Effect<Option.Option<KeySet>, KeyFailure>
  /** Notes that renewing did not bring the key that was looked for. */
  readonly renewedInVain: (uri: string) => Effect.Effect<void>
}

const kept: Duration.Input = "10 minutes"
const cooldownMillis = 30_000

const fetchKeys = Effect.fnUntraced(function* (send: Send, provider: string, uri: string) {
  const response = yield* send(atOnly(provider, uri), { method: "GET", url: uri, headers: {}, body: undefined })
  const failure = classifyStatus(provider, response)
  if (Option.isSome(failure)) return yield* failure.value
  if (response.status >= 400) return yield* misconfigured(provider, "keys_unavailable")
  return yield* Effect.try({
    try: () => createLocalJWKSet(Option.getOrThrow(bodyObject(response)) as unknown as JSONWebKeySet),
    catch: () => unavailable(provider, "unusable_response")
  })
})

export const make: (send: Send) => Effect.Effect<ProviderKeys> = Effect.fnUntraced(function* (send) {
  const cache = yield* AnswerCache.make((provider, uri) => fetchKeys(send, provider, uri), kept)
  const inVainAt = new Map<string, number>()
  return {
    get: cache.get,
    renew: Effect.fnUntraced(function* (provider, uri, outdated) {
      const now = yield* Clock.currentTimeMillis
      if (now - (inVainAt.get(uri) ?? -cooldownMillis) < cooldownMillis) return Option.none()
      yield* cache.drop(provider, uri, outdated)
      return Option.some(yield* cache.get(provider, uri))
    }),
    renewedInVain: (uri) => Effect.map(Clock.currentTimeMillis, (now) => void inVainAt.set(uri, now))
  }
})
