import { KeyringFile } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "keyring-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const keyringPath = Effect.map(folder, (path) => join(path, "data", "keyring"))
const exported = (keys: ReadonlyArray<{ readonly id: string; readonly key: { export(): Buffer } }>) =>
  keys.map(({ id, key }) => `${id}:${key.export().toString("base64")}`)

const written = Effect.fnUntraced(function* (content: string, mode = 0o600) {
  const path = yield* keyringPath
  mkdirSync(dirname(path))
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
})

describe("KeyringFile", () => {
  it.effect("is made with a random key, for its owner alone, and read again", () =>
    Effect.gen(function* () {
      const path = yield* keyringPath
      const keys = yield* KeyringFile.loadOrCreate(path)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.deepStrictEqual(readdirSync(dirname(path)), ["keyring"])
      assert.deepStrictEqual(exported(keys), readFileSync(path, "utf8").trim().split("\n"))
      assert.match(keys[0].id, /^file-[0-9a-f]{8}$/)
      assert.deepStrictEqual(exported(yield* KeyringFile.loadOrCreate(path)), exported(keys))
      assert.notDeepEqual(exported(yield* KeyringFile.loadOrCreate(`${path}-2`)), exported(keys))
    })
  )

  it.effect("is one, however many start at once", () =>
    Effect.gen(function* () {
      const path = yield* keyringPath
      const starts = yield* Effect.all(
        Array.from({ length: 20 }, () => KeyringFile.loadOrCreate(path)),
        {
          concurrency: "unbounded"
        }
      )
      assert.strictEqual(new Set(starts.map((keys) => exported(keys).join())).size, 1)
      assert.deepStrictEqual(readdirSync(dirname(path)), ["keyring"])
    })
  )

  it.effect("holds several keys, one a line", () =>
    Effect.gen(function* () {
      const key = (byte: number) =>
        Buffer.from(Array.from({ length: 32 }, (_, index) => index + byte)).toString("base64")
      const path = yield* written(`new:${key(1)}\r\nold:${key(2)}\n`, 0o400)
      assert.deepStrictEqual(exported(yield* KeyringFile.loadOrCreate(path)), [`new:${key(1)}`, `old:${key(2)}`])
    })
  )

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644]) {
    it.effect(`is refused with the mode ${mode.toString(8)}`, () =>
      Effect.gen(function* () {
        const path = yield* written("a:key", mode)
        const refusal = yield* Effect.flip(KeyringFile.loadOrCreate(path))
        assert.include(refusal.message, `keyring file ${path} is open to the group or to others: chmod 600 ${path}`)
      })
    )
  }

  it.effect("is never replaced, whatever it holds", () =>
    Effect.gen(function* () {
      for (const content of ["", "damaged", "a:damaged"]) {
        const path = yield* written(content)
        const refusal = yield* Effect.flip(KeyringFile.loadOrCreate(path))
        assert.include(refusal.message, `keyring file ${path}: `)
        assert.notInclude(refusal.message, "damaged")
        assert.strictEqual(readFileSync(path, "utf8"), content)
      }
    })
  )

  it.effect("is refused where it cannot be read or made", () =>
    Effect.gen(function* () {
      const path = yield* keyringPath
      mkdirSync(path, { recursive: true, mode: 0o700 })
      const directory = yield* Effect.flip(KeyringFile.loadOrCreate(path))
      assert.include(directory.message, `keyring file ${path} cannot be used (EISDIR`)
      const dangling = join(dirname(path), "link")
      symlinkSync(join(dirname(path), "nowhere"), dangling)
      const refusal = yield* Effect.flip(KeyringFile.loadOrCreate(dangling))
      assert.include(refusal.message, `keyring file ${dangling} cannot be used (ENOENT`)
      const beneath = yield* Effect.flip(KeyringFile.loadOrCreate(join(yield* written("a"), "keyring")))
      assert.include(beneath.message, "cannot be used (ENOTDIR")
    })
  )
})
