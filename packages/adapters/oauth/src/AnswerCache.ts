import { Cache, type Duration, Effect, Exit } from "effect"

/** What was fetched for a provider from a URL. Many who ask at the same time share one request, whoever of them leaves. */
export interface AnswerCache<A, E> {
  readonly get: (provider: string, url: string) => Effect.Effect<A, E>
  /** Drops the answer, unless another has come meanwhile. */
  readonly drop: (provider: string, url: string, answer: A) => Effect.Effect<boolean>
}

/** Long enough to spare a provider that is down a request a caller, short enough to see it come back. */
const keptFailure: Duration.Input = "1 second"

const toKey = (provider: string, url: string): string => JSON.stringify([provider, url])

export const make = <A, E>(
  fetch: (provider: string, url: string) => Effect.Effect<A, E>,
  kept: Duration.Input
): Effect.Effect<AnswerCache<A, E>> =>
  Effect.map(
    Cache.makeWith(
      (key: string) => {
        const [provider, url]: readonly [string, string] = JSON.parse(key)
        return fetch(provider, url)
      },
      { capacity: 256, timeToLive: (exit) => (Exit.isSuccess(exit) ? kept : keptFailure) }
    ),
    (cache) => ({
      get: (provider, url) => Cache.get(cache, toKey(provider, url)),
      drop: (provider, url, answer) =>
        Cache.invalidateWhen(cache, toKey(provider, url), (current) => current === answer)
    })
  )
