import { KeyManagement } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { Keyring } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { createCipheriv, randomBytes } from "node:crypto"
import { associatedData, generation, uuid } from "./IndependentFormat.ts"
import { ada, bob, context, DataKeyRows, randomKey, scope, secret, startVault } from "./VaultFixture.ts"

const setUp = Effect.gen(function* () {
  const rows = new DataKeyRows()
  const key = randomKey()
  const vault = yield* startVault(rows, [key])
  const sealed = yield* vault.seal(context(), secret("short"))
  const row = rows.of(ada)
  assert.isDefined(row)
  return { key, row, sealed, refusal: (bytes: Uint8Array) => Effect.flip(vault.open(context(), Sealed.make(bytes))) }
})

const flip = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

describe("a sealed secret that was tampered with", () => {
  it.effect("row 33: is refused with any bit flipped", () =>
    Effect.gen(function* () {
      const { refusal, sealed } = yield* setUp
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const reason = bit < 8 ? "unknown_format" : bit < 17 * 8 ? "unknown_key" : "not_authentic"
        assert.include(yield* refusal(flip(sealed, bit)), { reason }, `bit ${bit}`)
      }
    })
  )

  it.effect("is refused at every shorter length, and longer", () =>
    Effect.gen(function* () {
      const { refusal, sealed } = yield* setUp
      for (let length = 0; length < sealed.length; length++) {
        assert.include(yield* refusal(sealed.slice(0, length)), {
          reason: length < 45 ? "unknown_format" : "not_authentic"
        })
      }
      assert.include(yield* refusal(Uint8Array.of(...sealed, 0)), { reason: "not_authentic" })
    })
  )

  it.effect("is refused under every other version", () =>
    Effect.gen(function* () {
      const { refusal, sealed } = yield* setUp
      for (let version = 0; version < 256; version++) {
        if (version === 1) continue
        assert.include(yield* refusal(Uint8Array.of(version, ...sealed.slice(1))), { reason: "unknown_format" })
      }
    })
  )

  it.effect("row 33: is refused with a genuine tag of 4 to 15 bytes", () =>
    Effect.gen(function* () {
      const { key, refusal, row } = yield* setUp
      const dataKey = yield* Effect.flatMap(KeyManagement, (keys) =>
        keys.unwrap(row, { purpose: "data_key", owner: ada, dataKeyId: row.id })
      ).pipe(Effect.provide(Keyring.layer({ keys: [key] })))
      const { field, object, owner } = context()
      const id = uuid(row.id)
      const aad = associatedData(Uint8Array.of(1), id, owner.tenant, owner.user, object, field, generation(1))
      const seal = (authTagLength: number) => {
        const nonce = randomBytes(12)
        const cipher = createCipheriv("aes-256-gcm", Redacted.value(dataKey), nonce, { authTagLength }).setAAD(aad)
        const ciphertext = cipher.update("a secret that is longer than its tag")
        cipher.final()
        return Uint8Array.of(1, ...id, ...nonce, ...ciphertext, ...cipher.getAuthTag())
      }
      for (const length of [4, 8, 12, 13, 14, 15]) {
        assert.include(yield* refusal(seal(length)), { reason: "not_authentic" })
      }
      const whole = seal(16)
      for (let length = 4; length < 16; length++) {
        assert.include(yield* refusal(whole.slice(0, whole.length - 16 + length)), { reason: "not_authentic" })
      }
      assert.strictEqual((yield* Effect.exit(refusal(whole)))._tag, "Failure")
    })
  )
})

describe("the ciphertexts of many users", () => {
  it.effect("row 32: open in their own places alone: all pairs of 100 swapped are refused", () =>
    Effect.gen(function* () {
      const rows = new DataKeyRows()
      const vault = yield* startVault(rows, [randomKey()])
      const fields = ["access_token", "refresh_token", "authorization_code", "authorization_flow"] as const
      const places = Array.from({ length: 100 }, (_, index) =>
        context({
          owner: scope(`tenant-${index % 2}`, `user-${index % 5}`),
          object: `object-${index % 3}`,
          field: fields[index % 4] ?? "access_token",
          generation: Math.floor(index / 60)
        })
      )
      const sealed = yield* Effect.forEach(places, (place) => vault.seal(place, secret("token")))
      let [refused, opened] = [0, 0]
      for (const [from, ciphertext] of sealed.entries()) {
        for (const place of places) {
          if (place === places[from]) continue
          const outcome = yield* Effect.exit(vault.open(place, ciphertext))
          if (outcome._tag === "Success") opened++
          else refused++
        }
      }
      assert.deepStrictEqual({ refused, opened }, { refused: 9900, opened: 0 })
    })
  )
})

describe("a canary", () => {
  it.effect("is refused with any bit flipped, and where a data key of the same id stands", () =>
    Effect.gen(function* () {
      const keyring = yield* Effect.provide(KeyManagement, Keyring.layer({ keys: [randomKey()] }))
      const { keyId, wrapped } = yield* keyring.wrap(Redacted.make(new Uint8Array(32).fill(7)), { purpose: "canary" })
      const refusal = (bytes: Uint8Array) =>
        Effect.flip(keyring.unwrap({ keyId, wrapped: bytes }, { purpose: "canary" }))
      for (let bit = 0; bit < wrapped.length * 8; bit++) {
        assert.include(yield* refusal(flip(wrapped, bit)), { reason: bit < 8 ? "unknown_format" : "not_authentic" })
      }
      const place = { purpose: "data_key", owner: ada, dataKeyId: crypto.randomUUID() } as const
      assert.include(yield* Effect.flip(keyring.unwrap({ keyId, wrapped }, place)), { reason: "not_authentic" })
    })
  )

  it.effect("is no other deployment's: another key under the same id refuses it", () =>
    Effect.gen(function* () {
      const one = yield* Effect.provide(KeyManagement, Layer.fresh(Keyring.layer({ keys: [randomKey()] })))
      const other = yield* Effect.provide(KeyManagement, Layer.fresh(Keyring.layer({ keys: [randomKey()] })))
      const canary = yield* one.wrap(Redacted.make(new Uint8Array(32).fill(7)), { purpose: "canary" })
      assert.include(yield* Effect.flip(other.unwrap(canary, { purpose: "canary" })), { reason: "not_authentic" })
    })
  )
})

describe("a wrapped data key that was tampered with", () => {
  it.effect("is refused with any bit flipped and at any other length", () =>
    Effect.gen(function* () {
      const { key, row } = yield* setUp
      const keyring = yield* Effect.provide(KeyManagement, Keyring.layer({ keys: [key] }))
      const refusal = (wrapped: Uint8Array) =>
        Effect.flip(
          keyring.unwrap({ keyId: row.keyId, wrapped }, { purpose: "data_key", owner: ada, dataKeyId: row.id })
        )
      for (let bit = 0; bit < row.wrapped.length * 8; bit++) {
        const reason = bit < 8 ? "unknown_format" : "not_authentic"
        assert.include(yield* refusal(flip(row.wrapped, bit)), { reason })
      }
      for (let length = 0; length < row.wrapped.length; length++) {
        assert.include(yield* refusal(row.wrapped.slice(0, length)), { reason: "unknown_format" })
      }
      assert.include(yield* refusal(Uint8Array.of(...row.wrapped, 0)), { reason: "unknown_format" })
    })
  )

  it.effect("is refused for another owner, under another id and as another key's", () =>
    Effect.gen(function* () {
      const { key, row } = yield* setUp
      const ring: Keyring.KeyEncryptionKeys = [key, { id: "alias", key: key.key }]
      const keyring = yield* Effect.provide(KeyManagement, Keyring.layer({ keys: ring }))
      const place = { purpose: "data_key", owner: ada, dataKeyId: row.id } as const
      const otherId = "019a3c00-7e57-7000-8000-0123456789ab"
      for (const [stored, wrongPlace] of [
        [row, { ...place, owner: bob }],
        [row, { ...place, dataKeyId: otherId }],
        [{ ...row, keyId: "alias" }, place]
      ] as const) {
        assert.include(yield* Effect.flip(keyring.unwrap(stored, wrongPlace)), { reason: "not_authentic" })
      }
    })
  )
})
