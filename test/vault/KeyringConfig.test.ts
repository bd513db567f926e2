import { KeyringConfig } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { inspect } from "node:util"

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 100))
const key = bytes.toString("base64")
const other = Buffer.from(bytes.toReversed()).toString("base64")
const parse = (text: string) => KeyringConfig.parse(Redacted.make(text))

const refusals: ReadonlyArray<readonly [what: string, text: string, says: string]> = [
  ["nothing", "", "VAULT_KEYS: it holds no key"],
  ["blanks", " \n ", "VAULT_KEYS: it holds no key"],
  ["an entry without an id", key, "entry 1 is not of the form id:base64key"],
  ["an empty entry", `a:${key},,b:${other}`, "entry 2 is not of the form"],
  ["a comma at the end", `a:${key},`, "entry 2 is not of the form"],
  ["an empty id", `:${key}`, "entry 1: an id is 1 to 64 letters"],
  ["an id of 65 characters", `${"i".repeat(65)}:${key}`, "entry 1: an id is"],
  ["an id with a space", `a b:${key}`, "entry 1: an id is"],
  ["an id in another script", `ключ:${key}`, "entry 1: an id is"],
  ["an id that occurs twice", `a:${key},b:${other},a:${other}`, "entry 3 (a) repeats the id"],
  ["an empty key", "a:", "entry 1 (a): the key has 0 bytes instead of 32"],
  ["31 bytes", `a:${bytes.subarray(1).toString("base64")}`, "entry 1 (a): the key has 31 bytes instead of 32"],
  ["33 bytes", `a:${key},b:${Buffer.alloc(33, key).toString("base64")}`, "entry 2 (b): the key has 33 bytes"],
  ["a hexadecimal key", `a:${bytes.toString("hex")}`, "entry 1 (a): the key has 48 bytes"],
  ["base64 without its padding", `a:${key.slice(0, -1)}`, "entry 1 (a): the key is not standard base64"],
  ["base64url", `a:${Buffer.alloc(32, "\xFB\xEF\xBF", "latin1").toString("base64url")}=`, "not standard base64"],
  ["base64 with bits after its end", `a:${key.slice(0, -2)}B=`, "entry 1 (a): the key is not standard base64"],
  ["base64 with a space", `a: ${key}`, "entry 1 (a): the key is not standard base64"],
  ["a second colon", `a:b:${key}`, "entry 1 (a): the key is not standard base64"],
  ["a key of zeros", `a:${Buffer.alloc(32).toString("base64")}`, "entry 1 (a): the key is one byte repeated"],
  ["a key of one byte", `a:${Buffer.alloc(32, 97).toString("base64")}`, "entry 1 (a): the key is one byte repeated"]
]

describe("VAULT_KEYS", () => {
  it.effect("is a list whose first key is primary", () =>
    Effect.gen(function* () {
      const keys = yield* parse(` k.1_a-B:${key} , ${"i".repeat(64)}:${other}\n`)
      assert.deepStrictEqual(
        keys.map(({ id }) => id),
        ["k.1_a-B", "i".repeat(64)]
      )
      assert.deepStrictEqual(
        keys.map((entry) => entry.key.export().toString("base64")),
        [key, other]
      )
    })
  )

  for (const [what, text, says] of refusals) {
    it.effect(`refuses ${what}, saying where and never the key`, () =>
      Effect.gen(function* () {
        const refusal = yield* Effect.flip(parse(text))
        assert.strictEqual(refusal._tag, "KeyringRefused")
        assert.include(refusal.message, "VAULT_KEYS: ")
        assert.include(refusal.message, says)
        const shown = `${inspect(refusal, { depth: 9, showHidden: true })}${JSON.stringify(refusal)}${String(refusal)}`
        for (const fragment of text.split(/[,:\s]+/).filter((part) => part.length > 20)) {
          assert.notInclude(shown, fragment.slice(0, 20))
        }
      })
    )
  }

  it.effect("refuses an entry written the wrong way round without naming what stands in the id's place", () =>
    Effect.gen(function* () {
      for (const encoded of [bytes.toString("hex"), bytes.toString("base64url")]) {
        const refusal = yield* Effect.flip(parse(`${encoded}:k1`))
        assert.include(refusal.message, "VAULT_KEYS: entry 1: the key is not")
        assert.notInclude(inspect(refusal, { depth: 9 }), encoded.slice(0, 8))
      }
    })
  )

  it.effect("shows no key of a parsed ring", () =>
    Effect.gen(function* () {
      const keys = yield* parse(`a:${key}`)
      const shown = `${inspect(keys, { depth: 9, showHidden: true })}${JSON.stringify(keys)}`
      for (const encoding of ["base64", "hex", "latin1"] as const) {
        assert.notInclude(shown, bytes.toString(encoding).slice(0, 12))
      }
      assert.notInclude(shown, bytes.subarray(0, 6).join(", "))
    })
  )
})
