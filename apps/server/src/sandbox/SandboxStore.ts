import { Clock, Effect, Option, type Scope } from "effect"
import type { AdapterFactory } from "oidc-provider"
import * as SandboxAdapter from "./SandboxAdapter.ts"
import type { SandboxFailed } from "./SandboxFailed.ts"
import * as SandboxKeys from "./SandboxKeys.ts"
import * as SandboxState from "./SandboxState.ts"

export interface SandboxStore {
  readonly keys: SandboxKeys.SandboxKeys
  readonly adapter: AdapterFactory
  readonly persist: Effect.Effect<void, SandboxFailed>
}

/** What the sandbox knows: in `dataFile` where one is named, else in memory alone. */
export const open: (dataFile: string | undefined) => Effect.Effect<SandboxStore, SandboxFailed, Scope.Scope> =
  Effect.fnUntraced(function* (dataFile) {
    const clock = yield* Clock.Clock
    const runPromise = Effect.runPromiseWith(yield* Effect.context<never>())
    const saved = dataFile === undefined ? Option.none() : yield* SandboxState.read(dataFile)
    const { cookieKeys, jwks } = Option.isSome(saved) ? saved.value : yield* SandboxKeys.generate
    const entries = new Map(
      Option.match(saved, { onNone: () => [], onSome: (state) => state.entries }).map((entry) => [entry.key, entry])
    )
    const { persist } =
      dataFile === undefined
        ? { persist: Effect.void }
        : yield* SandboxState.makeWriter(dataFile, () => ({
            version: 1,
            jwks,
            cookieKeys,
            entries: [...entries.values()].filter(SandboxAdapter.isDurable)
          }))
    return {
      keys: { cookieKeys, jwks },
      adapter: SandboxAdapter.make({ entries, clock, persist: () => runPromise(persist) }),
      persist
    }
  })
