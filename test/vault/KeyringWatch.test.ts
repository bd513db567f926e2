import { KeyManagement, type WrappedKey } from "@oauth-manager/application"
import { KeyringWatch } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { entry, folder, keyring, put } from "./KeyFolder.ts"
import { recorded } from "../fakes/RecordedLog.ts"

const canary = { purpose: "canary" } as const

const management = (path: string) =>
  Effect.flatMap(Layer.build(Layer.fresh(KeyringWatch.layer(path))), (context) =>
    Effect.provide(KeyManagement, context)
  )

const wrapped = (keys: KeyManagement["Service"], keyId: string) =>
  keys.wrap(Redacted.make(new Uint8Array(32).fill(3)), canary, keyId)

const opens = (keys: KeyManagement["Service"], key: WrappedKey) =>
  Effect.match(keys.unwrap(key, canary), { onSuccess: () => "opened", onFailure: ({ reason }) => reason })

/** The file system does not wait for the test's clock. */
const until = (condition: Effect.Effect<boolean, unknown>) =>
  Effect.gen(function* () {
    for (let tries = 0; tries < 400; tries++) {
      if (yield* Effect.orDie(condition)) return
      yield* TestClock.adjust("5 seconds")
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
    }
    assert.fail("it did not come to pass")
  })

const becomes = (keys: KeyManagement["Service"], ids: ReadonlyArray<string>) =>
  until(Effect.map(keys.keyIds, (held) => held.join() === ids.join()))

describe("a keyring file that is watched", () => {
  it.effect("is made where there is none", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "data", "keyring")
      const keys = yield* management(path)
      assert.isTrue(existsSync(path))
      assert.match((yield* keys.keyIds)[0], /^file-[0-9a-f]{8}$/)
    })
  )

  it.effect("is read again when it changes: keys come, go and change places", () =>
    Effect.gen(function* () {
      const [a, b, c] = [entry("a"), entry("b"), entry("c")]
      const path = yield* keyring(a, b)
      const keys = yield* management(path)
      const underA = yield* wrapped(keys, "a")
      yield* put(path, c, b, a)
      yield* becomes(keys, ["c", "b", "a"])
      assert.strictEqual(yield* opens(keys, underA), "opened")
      yield* put(path, c)
      yield* becomes(keys, ["c"])
      assert.strictEqual(yield* opens(keys, underA), "unknown_key")
    })
  )

  it.effect("is looked at at once when a key is asked for that was not in it", () =>
    Effect.gen(function* () {
      const [a, b] = [entry("a"), entry("b")]
      const path = yield* keyring(a)
      const [reader, writer] = [yield* management(path), yield* management(path)]
      yield* put(path, a, b)
      const underB = yield* wrapped(writer, "b")
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => opens(reader, underB)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(answers), new Set(["opened"]))
    })
  )

  const damages: ReadonlyArray<readonly [what: string, damage: (path: string) => void, says: string]> = [
    ["is deleted", (path) => rmSync(path), "cannot be used (ENOENT"],
    ["is empty", (path) => writeFileSync(path, ""), "it holds no key"],
    ["is torn", (path) => writeFileSync(path, entry("b").slice(0, 20)), "the key is not standard base64"],
    ["is opened to others", (path) => chmodSync(path, 0o644), "is open to the group or to others"],
    ["gives the id to another key", (path) => writeFileSync(path, entry("a")), "gives the id a to another key"]
  ]
  for (const [what, damage, says] of damages) {
    it.effect(`leaves the keys that were read before when it ${what}, says so once, and mends`, () => {
      const { layer, lines } = recorded()
      return Effect.gen(function* () {
        const a = entry("a")
        const path = yield* keyring(a)
        const keys = yield* management(path)
        const underA = yield* wrapped(keys, "a")
        yield* Effect.sync(() => damage(path))
        const problems = () => lines.filter((line) => line.includes(says))
        yield* until(Effect.sync(() => problems().length > 0))
        for (let look = 0; look < 5; look++)
          assert.strictEqual(yield* opens(keys, { ...underA, keyId: "x" }), "unknown_key")
        assert.lengthOf(problems(), 1)
        assert.include(problems()[0], "the keys that were read before stay in use: a")
        assert.notInclude(problems().join(), a.slice(2, 14))
        assert.strictEqual(yield* opens(keys, underA), "opened")
        yield* put(path, entry("b"), a)
        yield* becomes(keys, ["b", "a"])
        assert.strictEqual(yield* opens(keys, underA), "opened")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("is watched no longer when its layer has ended", () =>
    Effect.gen(function* () {
      const path = yield* keyring(entry("a"))
      const keys = yield* Effect.scoped(management(path))
      yield* put(path, entry("b"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* keys.keyIds, ["a"])
    })
  )

  it.effect("is refused at the start like any other", () =>
    Effect.gen(function* () {
      const path = yield* keyring("a:short")
      const refusal = yield* Effect.flip(management(path))
      assert.include(refusal.message, `keyring file ${path}: entry 1 (a)`)
    })
  )
})
