import { KeyringFile, KeyringFileEdit } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { entry, keyring, put } from "./KeyFolder.ts"

const idsOf = (path: string) => Effect.map(KeyringFile.loadOrCreate(path), (keys) => keys.map(({ id }) => id))

const untouched = (path: string, content: string) => {
  assert.strictEqual(readFileSync(path, "utf8"), content)
  assert.deepStrictEqual(readdirSync(dirname(path)), ["keyring"])
}

describe("a keyring file", () => {
  it.effect("gets a new key behind those that it has, for its owner alone", () =>
    Effect.gen(function* () {
      const [a, b] = [entry("a"), entry("b")]
      const path = yield* keyring(a, b)
      const id = yield* KeyringFileEdit.add(path)
      assert.match(id, /^file-[0-9a-f]{8}$/)
      const lines = readFileSync(path, "utf8").trimEnd().split("\n")
      assert.deepStrictEqual(lines.slice(0, 2), [a, b])
      assert.match(String(lines[2]), new RegExp(`^${id}:[A-Za-z0-9+/]{43}=$`))
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.deepStrictEqual(readdirSync(dirname(path)), ["keyring"])
      assert.notStrictEqual(yield* KeyringFileEdit.add(path), id)
    })
  )

  it.effect("has another key promoted to its front, and one retired", () =>
    Effect.gen(function* () {
      const [a, b, c] = [entry("a"), entry("b"), entry("c")]
      const path = yield* keyring(a, b, c)
      yield* KeyringFileEdit.promote(path, "b")
      assert.strictEqual(readFileSync(path, "utf8"), [b, a, c, ""].join("\n"))
      yield* KeyringFileEdit.promote(path, "b")
      assert.deepStrictEqual(yield* idsOf(path), ["b", "a", "c"])
      yield* KeyringFileEdit.retire(path, "a")
      assert.deepStrictEqual(yield* idsOf(path), ["b", "c"])
      assert.notInclude(readFileSync(path, "utf8"), a.slice(2))
    })
  )

  it.effect("has a key retired that a change which was broken off had put aside already", () =>
    Effect.gen(function* () {
      const [a, b] = [entry("a"), entry("b")]
      const path = yield* keyring(a, b)
      yield* put(`${path}.retired`, a)
      yield* KeyringFileEdit.retire(path, "a")
      assert.strictEqual(readFileSync(path, "utf8"), `${b}\n`)
      assert.strictEqual(readFileSync(`${path}.retired`, "utf8"), `${a}\n`)
    })
  )

  it.effect.skipIf(process.getuid?.() !== 0)("stays its owner's when root changes it", () =>
    Effect.gen(function* () {
      const path = yield* keyring(entry("a"))
      chownSync(path, 12345, 23456)
      yield* KeyringFileEdit.add(path)
      const { gid, mode, uid } = statSync(path)
      assert.deepStrictEqual({ gid, mode: mode & 0o777, uid }, { gid: 23456, mode: 0o600, uid: 12345 })
    })
  )

  it.effect("stays as it is when a key is named that it does not hold, or its last one", () =>
    Effect.gen(function* () {
      const path = yield* keyring(entry("a"))
      const content = readFileSync(path, "utf8")
      for (const change of [KeyringFileEdit.promote(path, "x"), KeyringFileEdit.retire(path, "x")]) {
        assert.include((yield* Effect.flip(change)).message, `keyring file ${path} holds no key x, but a`)
      }
      assert.include((yield* Effect.flip(KeyringFileEdit.retire(path, "a"))).message, "holds no key but a: add another")
      untouched(path, content)
    })
  )

  it.effect("stays as it is when it is damaged", () =>
    Effect.gen(function* () {
      const path = yield* keyring("a:short")
      assert.include((yield* Effect.flip(KeyringFileEdit.add(path))).message, "entry 1 (a)")
      untouched(path, "a:short\n")
    })
  )

  it.effect("is changed by one command at a time, and loses no change", () =>
    Effect.gen(function* () {
      const path = yield* keyring(entry("a"))
      const exits = yield* Effect.all(
        Array.from({ length: 10 }, () => Effect.exit(KeyringFileEdit.add(path))),
        { concurrency: "unbounded" }
      )
      const added = exits.filter(Exit.isSuccess).map(({ value }) => value)
      assert.isAtLeast(added.length, 1)
      assert.deepStrictEqual((yield* idsOf(path)).toSorted(), ["a", ...added].toSorted())
      writeFileSync(`${path}.lock`, "")
      const refusal = yield* Effect.flip(KeyringFileEdit.add(path))
      assert.include(refusal.message, `is being changed by another command; delete ${path}.lock if none runs`)
      assert.isTrue(existsSync(`${path}.lock`))
    })
  )

  it.effect("cannot be changed where there is none", () =>
    Effect.gen(function* () {
      const path = `${yield* keyring(entry("a"))}-other/keyring`
      assert.include((yield* Effect.flip(KeyringFileEdit.add(path))).message, "cannot be changed (ENOENT")
    })
  )
})
