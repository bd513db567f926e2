import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Option, Schema, Semaphore } from "effect"
import { dirname } from "node:path"
import { SandboxFailed } from "./SandboxFailed.ts"

export const SandboxEntry = Schema.Struct({
  model: Schema.String,
  key: Schema.String,
  payload: Schema.Record(Schema.String, Schema.Unknown),
  expiresAt: Schema.optionalKey(Schema.Number)
})
export type SandboxEntry = typeof SandboxEntry.Type

export const SandboxState = Schema.Struct({
  version: Schema.Literal(1),
  jwks: Schema.Struct({ keys: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) }),
  cookieKeys: Schema.Array(Schema.String),
  entries: Schema.Array(SandboxEntry)
})
export type SandboxState = typeof SandboxState.Type

const decode = Schema.decodeEffect(Schema.fromJsonString(SandboxState))

/** Reads the state file; none when the file does not exist yet. */
export const read = Effect.fnUntraced(
  function* (path: string) {
    const files = yield* FileSystem.FileSystem
    if (!(yield* files.exists(path))) return Option.none<SandboxState>()
    return Option.some(yield* Effect.flatMap(files.readFileString(path), decode))
  },
  (effect, path) =>
    Effect.mapError(
      effect,
      () =>
        new SandboxFailed({
          reason: "state_unreadable",
          message: `the sandbox cannot read its state in ${path}: delete the file to begin anew`
        })
    ),
  Effect.provide(NodeFileSystem.layer)
)

const write = Effect.fnUntraced(
  function* (path: string, state: SandboxState) {
    const files = yield* FileSystem.FileSystem
    yield* files.makeDirectory(dirname(path), { recursive: true, mode: 0o700 })
    yield* files.writeFileString(`${path}.tmp`, JSON.stringify(state), { mode: 0o600 })
    yield* files.rename(`${path}.tmp`, path)
  },
  (effect, path) =>
    Effect.mapError(
      effect,
      (error) =>
        new SandboxFailed({
          reason: "state_not_written",
          message: `the sandbox cannot write its state to ${path}: ${error.reason._tag}`
        })
    ),
  Effect.provide(NodeFileSystem.layer)
)

/**
 * `persist` returns once everything changed before it was run is in the file; those that wait together share one
 * write. Nothing is written after the scope has closed, so that a successor owns the file.
 */
export const makeWriter = Effect.fnUntraced(function* (path: string, snapshot: () => SandboxState) {
  const turn = (yield* Semaphore.make(1)).withPermits(1)
  let requested = 0
  let written = 0
  let closed = false
  yield* Effect.addFinalizer(() =>
    turn(
      Effect.sync(() => {
        closed = true
      })
    )
  )
  const writeNow = Effect.suspend(() => {
    const revision = requested
    return Effect.tap(write(path, snapshot()), () =>
      Effect.sync(() => {
        written = revision
      })
    )
  })
  const persist = Effect.suspend(() => {
    const mine = ++requested
    return turn(Effect.suspend(() => (closed || written >= mine ? Effect.void : writeNow)))
  })
  return { persist }
})
