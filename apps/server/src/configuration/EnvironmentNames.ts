import { type ConfigProvider, Effect } from "effect"

/** Names of what is set, as a walk finds them; the environment is cut into words at each underscore. `begins` chooses by the first. */
export const namesBelow = (
  provider: ConfigProvider.ConfigProvider,
  begins: (word: string) => boolean,
  path: ReadonlyArray<string> = []
): Effect.Effect<ReadonlyArray<string>, ConfigProvider.SourceError> =>
  Effect.gen(function* () {
    const node = yield* provider.load(path)
    const own = node?.value === undefined ? [] : [path.join("_")]
    if (node?._tag !== "Record") return own
    const inner = [...node.keys].filter((key) => path.length > 0 || begins(key))
    return [...own, ...(yield* Effect.forEach(inner, (key) => namesBelow(provider, begins, [...path, key]))).flat()]
  })
