import { DataKeyRepository, KeyManagement, TokenVault } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { createSecretKey } from "node:crypto"
import { associatedData, generation, openSealed, unwrapDataKey, uuid } from "./IndependentFormat.ts"
import { published, randomness } from "./PublishedVectors.ts"
import { DataKeyRows, deployment, scope, secret, vaultLayer } from "./VaultFixture.ts"

const { data_key: dataKey, key_encryption_key: kek, secrets } = published
const owner = scope(published.owner.tenant, published.owner.user)
const keys: Keyring.KeyEncryptionKeys = [{ id: kek.id, key: createSecretKey(kek.key) }]
const row = { id: dataKey.id, keyId: kek.id, wrapped: dataKey.wrapped }
const version = Uint8Array.of(1)

const storedRows = () => {
  const rows = new DataKeyRows()
  rows.put(owner, row)
  return rows
}

describe("the test vectors of docs/security.md", () => {
  it.effect("open with the vault", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      for (const { plaintext, sealed, ...place } of secrets) {
        const opened = yield* vault.open({ owner, ...place }, Sealed.make(sealed))
        assert.strictEqual(Redacted.value(opened), plaintext)
      }
    }).pipe(Effect.provide(vaultLayer(storedRows(), keys)))
  )

  it.effect("are what the vault seals from the same randomness", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      for (const { plaintext, sealed, ...place } of secrets) {
        assert.deepStrictEqual(yield* vault.seal({ owner, ...place }, secret(plaintext)), Sealed.make(sealed))
      }
    }).pipe(
      Effect.provide(
        EnvelopeTokenVault.layerNoDeps.pipe(
          Layer.provide([
            storedRows().layer,
            deployment(kek.id),
            Keyring.layer({ keys }),
            randomness(...secrets.map(({ nonce }) => nonce))
          ])
        )
      )
    )
  )

  it.effect("wrap and unwrap with the keyring", () =>
    Effect.gen(function* () {
      const keyring = yield* KeyManagement
      const place = { purpose: "data_key", owner, dataKeyId: dataKey.id } as const
      const wrapped = yield* keyring.wrap(Redacted.make(dataKey.key), place)
      assert.deepStrictEqual(wrapped, { keyId: kek.id, wrapped: dataKey.wrapped })
      const unwrapped = yield* keyring.unwrap(wrapped, place)
      assert.deepStrictEqual(Uint8Array.from(Redacted.value(unwrapped)), dataKey.key)
    }).pipe(Effect.provide(Keyring.layerNoDeps({ keys }).pipe(Layer.provide(randomness(dataKey.nonce)))))
  )

  it("open with an implementation written from the document", async () => {
    const { tenant, user } = owner
    const id = uuid(dataKey.id)
    const wrapping = associatedData(version, kek.id, tenant, user, id)
    assert.deepStrictEqual(wrapping, dataKey.aad)
    const key = await unwrapDataKey(kek.key, wrapping, dataKey.wrapped)
    assert.deepStrictEqual(key, dataKey.key)
    for (const { aad, field, object, plaintext, sealed, ...rest } of secrets) {
      const sealing = associatedData(version, id, tenant, user, object, field, generation(rest.generation))
      assert.deepStrictEqual(sealing, aad)
      assert.deepStrictEqual(sealed.slice(0, 29), Uint8Array.of(...version, ...id, ...rest.nonce))
      assert.strictEqual(await openSealed(key, sealing, sealed), plaintext)
    }
  })

  it.effect("what the vault makes by itself opens with that implementation", () =>
    Effect.gen(function* () {
      const rows = yield* DataKeyRepository
      const vault = yield* TokenVault
      const place = { owner, object: "o", field: "authorization_flow", generation: 7 } as const
      const sealed = yield* vault.seal(place, secret("verifier"))
      const made = yield* Effect.flatMap(rows.find(owner), Effect.fromOption)
      const { tenant, user } = owner
      const id = uuid(made.id)
      const opened = yield* Effect.promise(async () => {
        const key = await unwrapDataKey(kek.key, associatedData(version, kek.id, tenant, user, id), made.wrapped)
        const aad = associatedData(version, id, tenant, user, "o", "authorization_flow", generation(7))
        return openSealed(key, aad, sealed)
      })
      assert.strictEqual(opened, "verifier")
    }).pipe(Effect.provide(vaultLayer(new DataKeyRows(), keys)))
  )
})
