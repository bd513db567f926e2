import { KeyManagement } from "@oauth-manager/application"
import { type Duration, Effect, Layer, Ref, Schedule, type Scope, Semaphore } from "effect"
import { SecureRandom } from "effect/crypto"
import * as Keyring from "./Keyring.ts"
import * as KeyringFile from "./KeyringFile.ts"
import { KeyringRefused } from "./KeyringRefused.ts"

interface Watched {
  readonly keyring: KeyringFile.Keyring
  /** What was last said of the file; empty where nothing is wrong with it. */
  readonly problem: string
}

export interface WatchOptions {
  /** 5 seconds unless told. */
  readonly lookEvery?: Duration.Input
}

/** An id stands for one key for ever: a file that gives it to another is not the deployment's. */
const withoutImpostors = (path: string, before: KeyringFile.Keyring, after: KeyringFile.Keyring) => {
  const impostor = after.keys.find(({ id, key }) =>
    before.keys.some((known) => known.id === id && !known.key.equals(key))
  )
  const source = KeyringFile.sourceOf(path)
  return impostor === undefined
    ? Effect.succeed(after)
    : Effect.fail(new KeyringRefused({ source, message: `${source} gives the id ${impostor.id} to another key` }))
}

const idsOf = ({ keys }: KeyringFile.Keyring) => keys.map(({ id }) => id).join(", ")

/**
 * The keys of a file that may change while they are used: one that cannot be read, or is not a keyring, leaves those that were read
 * before. Looked at every few seconds, and at once when a key is asked for that is not among them.
 */
export const watch = Effect.fnUntraced(function* (
  path: string,
  { lookEvery = "5 seconds" }: WatchOptions = {}
): Effect.fn.Return<Keyring.KeySource, KeyringRefused, Scope.Scope> {
  const first = yield* KeyringFile.loadOrCreateStamped(path)
  const watched = yield* Ref.make<Watched>({ keyring: first, problem: "" })
  const oneAtATime = Semaphore.makeUnsafe(1)

  const accept = Effect.fnUntraced(function* (next: KeyringFile.Keyring, { keyring, problem }: Watched) {
    if (next.stamp === keyring.stamp && problem === "") return
    yield* Ref.set(watched, { keyring: next, problem: "" })
    yield* Effect.logInfo(`${KeyringFile.sourceOf(path)} holds ${idsOf(next)}`)
  })

  const keepOld = Effect.fnUntraced(function* (problem: string, before: Watched) {
    if (problem === before.problem) return
    yield* Ref.set(watched, { ...before, problem })
    yield* Effect.logWarning(`${problem}; the keys that were read before stay in use: ${idsOf(before.keyring)}`)
  })

  const reread = Effect.gen(function* () {
    const before = yield* Ref.get(watched)
    yield* KeyringFile.load(path).pipe(
      Effect.flatMap((next) => withoutImpostors(path, before.keyring, next)),
      Effect.matchEffect({
        onSuccess: (next) => accept(next, before),
        onFailure: ({ message }) => keepOld(message, before)
      })
    )
  }).pipe(oneAtATime.withPermits(1))

  yield* reread.pipe(Effect.repeat(Schedule.spaced(lookEvery)), Effect.forkScoped)
  return { keys: Effect.map(Ref.get(watched), ({ keyring }) => keyring.keys), reread }
})

/** Key management by the keys of a file, which is made where there is none. */
export const layer = (path: string, options?: WatchOptions): Layer.Layer<KeyManagement, KeyringRefused> =>
  Layer.effect(KeyManagement, Effect.flatMap(watch(path, options), Keyring.make)).pipe(
    Layer.provide(SecureRandom.layerWebCrypto)
  )
