import { type SealingContext, TokenVault } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { EnvelopeTokenVault } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { counting } from "./CountingKeyring.ts"
import { ada, bob, context, DataKeyRows, deployment, randomKey, scope, secret, startVault } from "./VaultFixture.ts"

const setUp = Effect.gen(function* () {
  const rows = new DataKeyRows()
  const key = randomKey()
  return { rows, key, vault: yield* startVault(rows, [key]) }
})

describe("EnvelopeTokenVault", () => {
  it.effect("opens what it sealed, in every alphabet and length", () =>
    Effect.gen(function* () {
      const { vault } = yield* setUp
      for (const plaintext of ["", "a", "token", "\uFEFFnul \0 é 🔑 \r\n", "x".repeat(256 * 1024)]) {
        const sealed = yield* vault.seal(context(), secret(plaintext))
        assert.strictEqual(Redacted.value(yield* vault.open(context(), sealed)), plaintext)
      }
    })
  )

  it.effect("never seals the same secret to the same bytes", () =>
    Effect.gen(function* () {
      const { vault } = yield* setUp
      const seals = yield* Effect.all(Array.from({ length: 1000 }, () => vault.seal(context(), secret("token"))))
      const nonces = new Set(seals.map((sealed) => Buffer.from(sealed.subarray(17, 29)).toString("hex")))
      assert.strictEqual(nonces.size, 1000)
    })
  )

  it.effect("makes one data key for all secrets of a user, and another for the next user", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      yield* vault.seal(context(), secret("one"))
      yield* vault.seal(context({ field: "refresh_token" }), secret("two"))
      yield* vault.seal(context({ owner: bob }), secret("three"))
      assert.strictEqual(rows.inserts, 2)
      assert.notStrictEqual(rows.of(ada)?.id, rows.of(bob)?.id)
    })
  )

  it.effect("opens after a restart", () =>
    Effect.gen(function* () {
      const { key, rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      const restarted = yield* startVault(rows, [key])
      assert.strictEqual(Redacted.value(yield* restarted.open(context(), sealed)), "token")
    })
  )

  it.effect("asks the repository for no key that the caller has read", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      const finds = rows.finds
      assert.strictEqual(Redacted.value(yield* vault.open(context(), sealed, rows.of(ada))), "token")
      assert.strictEqual(rows.finds, finds)
    })
  )

  it.effect("unwraps a user's key once in five minutes, however many secrets it opens", () => {
    const { counter, layer } = counting()
    const rows = new DataKeyRows()
    return Effect.gen(function* () {
      const vault = yield* TokenVault
      const sealed = yield* vault.seal(context(), secret("token"))
      yield* TestClock.adjust("299 seconds")
      yield* Effect.all(Array.from({ length: 100 }, () => vault.open(context(), sealed)))
      assert.strictEqual(counter.unwraps, 1)
      yield* TestClock.adjust("1 second")
      yield* Effect.all(
        Array.from({ length: 100 }, () => vault.open(context(), sealed)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(counter.unwraps, 2)
    }).pipe(Effect.provide(EnvelopeTokenVault.layer.pipe(Layer.provide([rows.layer, deployment("test"), layer]))))
  })

  it.effect("opens nothing of a user whose key was destroyed, from that moment on", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      rows.rollBack()
      assert.include(yield* Effect.flip(vault.open(context(), sealed)), { reason: "key_missing" })
    })
  )

  it.effect("refuses another user's ciphertext, with either key at hand", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("ada's"))
      yield* vault.seal(context({ owner: bob }), secret("bob's"))
      const asBob = context({ owner: bob })
      assert.include(yield* Effect.flip(vault.open(asBob, sealed)), { reason: "unknown_key" })
      assert.include(yield* Effect.flip(vault.open(asBob, sealed, rows.of(bob))), { reason: "unknown_key" })
      assert.include(yield* Effect.flip(vault.open(asBob, sealed, rows.of(ada))), { reason: "not_authentic" })
    })
  )

  it.effect("refuses a data key that was copied to another user's row", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      const copied = rows.of(ada)
      assert.isDefined(copied)
      rows.put(bob, copied)
      assert.include(yield* Effect.flip(vault.open(context({ owner: bob }), sealed)), { reason: "not_authentic" })
      assert.include(yield* Effect.flip(vault.seal(context({ owner: bob }), secret("x"))), { reason: "not_authentic" })
    })
  )

  it.effect("refuses every ciphertext in every context but its own", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const contexts = [ada, bob].flatMap((owner) =>
        (["access_token", "refresh_token", "authorization_code", "authorization_flow"] as const).flatMap(
          (field): ReadonlyArray<SealingContext> => [
            { owner, field, object: "a", generation: 1 },
            { owner, field, object: "a", generation: 256 },
            { owner, field, object: "aa", generation: 1 }
          ]
        )
      )
      const seals = yield* Effect.forEach(contexts, (place) => vault.seal(place, secret("token")))
      const pairs = seals.flatMap((sealed, from) => contexts.map((place, to) => ({ sealed, from, place, to })))
      for (const { from, place, sealed, to } of pairs) {
        for (const row of [undefined, rows.of(ada), rows.of(bob)]) {
          const exit = yield* Effect.exit(vault.open(place, sealed, row))
          const ownRow = row === undefined || row === rows.of(place.owner)
          assert.strictEqual(exit._tag, from === to && ownRow ? "Success" : "Failure", `${from} in ${to}`)
        }
      }
      assert.strictEqual(pairs.length, 24 ** 2)
    })
  )

  it.effect("tells owners apart whose names run together", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const first = context({ owner: scope("ab", "c") })
      const second = context({ owner: scope("a", "bc") })
      const sealed = yield* vault.seal(first, secret("token"))
      assert.include(yield* Effect.flip(vault.open(second, sealed, rows.of(first.owner))), { reason: "not_authentic" })
    })
  )

  it.effect("refuses a keyring without the key, and a key of the same id that is another", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      const without = yield* startVault(rows, [randomKey("other")])
      assert.include(yield* Effect.flip(without.open(context(), sealed)), { reason: "unknown_key" })
      const wrong = yield* startVault(rows, [randomKey()])
      assert.include(yield* Effect.flip(wrong.open(context(), sealed)), { reason: "not_authentic" })
      assert.include(yield* Effect.flip(wrong.seal(context(), secret("new"))), { reason: "not_authentic" })
    })
  )

  it.effect("opens what an older key of the ring wrapped, and wraps under the first", () =>
    Effect.gen(function* () {
      const { key, rows, vault } = yield* setUp
      const sealed = yield* vault.seal(context(), secret("token"))
      const promoted = yield* startVault(rows, [randomKey("new"), key])
      assert.strictEqual(Redacted.value(yield* promoted.open(context(), sealed)), "token")
      yield* promoted.seal(context({ owner: bob }), secret("bob's"))
      assert.strictEqual(rows.of(bob)?.keyId, "new")
    })
  )

  it.effect("dies rather than alter a secret that has no UTF-8", () =>
    Effect.gen(function* () {
      const { vault } = yield* setUp
      const exit = yield* Effect.exit(vault.seal(context(), secret("half a pair: \uD83D")))
      assert.strictEqual(exit._tag, "Failure")
      assert.notInclude(JSON.stringify(exit), "half a pair")
    })
  )

  it.effect("refuses plaintext, empty and foreign bytes in place of a ciphertext", () =>
    Effect.gen(function* () {
      const { vault } = yield* setUp
      yield* vault.seal(context(), secret("token"))
      for (const bytes of [
        new Uint8Array(),
        new TextEncoder().encode("a plaintext token that is longer than 45 bytes")
      ]) {
        assert.include(yield* Effect.flip(vault.open(context(), Sealed.make(bytes))), { reason: "unknown_format" })
      }
    })
  )
})
