import {
  DataKeyRepository,
  type DeploymentKey,
  KeyManagement,
  KeyRepository,
  KeyUnknown,
  TokenVault
} from "@oauth-manager/application"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { TestClock } from "effect/testing"
import { ada, context, deployment, randomKey, scope, secret } from "./VaultFixture.ts"

const held: Keyring.KeyEncryptionKeys = [randomKey("a"), randomKey("b")]

const key = (id: string, isPrimary = false): DeploymentKey => ({
  id,
  addedAt: DateTime.makeUnsafe(0),
  promotedAt: isPrimary ? Option.some(DateTime.makeUnsafe(0)) : Option.none(),
  isPrimary,
  canary: Option.none()
})

const vaultOver = (
  keys: Layer.Layer<KeyRepository>,
  dataKeys: Layer.Layer<DataKeyRepository> = noDataKeys,
  management: Layer.Layer<KeyManagement> = Keyring.layer({ keys: held })
) =>
  Effect.flatMap(
    Layer.build(Layer.fresh(EnvelopeTokenVault.layer.pipe(Layer.provide([keys, dataKeys, management])))),
    (services) => Effect.provide(TokenVault, services)
  )

const noDataKeys = Layer.mock(DataKeyRepository, {})

describe("a new data key", () => {
  it.effect("is wrapped under the deployment's primary, whichever key is this server's first", () =>
    Effect.gen(function* () {
      for (const ids of [["a", "b"], ["b", "a"], ["b"]]) {
        const { makeDataKey } = yield* vaultOver(deployment(...ids))
        assert.strictEqual((yield* makeDataKey(ada)).keyId, ids[0])
      }
    })
  )

  it.effect("is wrapped under the first key that the deployment knows where this server lacks the primary", () =>
    Effect.gen(function* () {
      const { makeDataKey } = yield* vaultOver(deployment("c", "b"))
      assert.strictEqual((yield* makeDataKey(ada)).keyId, "b")
    })
  )

  it.effect("is not made where the deployment knows none of this server's keys", () =>
    Effect.gen(function* () {
      const { makeDataKey } = yield* vaultOver(deployment("c"))
      assert.include(yield* Effect.flip(makeDataKey(ada)), { reason: "unknown_key" })
    })
  )

  it.effect("is of its own: its id, its bytes and its wrapping", () =>
    Effect.gen(function* () {
      const { makeDataKey, open, seal } = yield* vaultOver(deployment("a"))
      const [one, other] = [yield* makeDataKey(ada), yield* makeDataKey(ada)]
      assert.notStrictEqual(one.id, other.id)
      const sealed = yield* seal(context(), secret("token"), one)
      assert.strictEqual(Redacted.value(yield* open(context(), sealed, one)), "token")
      assert.include(yield* Effect.flip(open(context(), sealed, other)), { reason: "unknown_key" })
    })
  )

  it.effect("follows a promotion within 30 seconds", () => {
    let primary = "a"
    let looks = 0
    const keys = Layer.mock(KeyRepository, {
      list: Effect.sync(() => {
        looks++
        return [key("a", primary === "a"), key("b", primary === "b")]
      })
    })
    return Effect.gen(function* () {
      const { makeDataKey } = yield* vaultOver(keys)
      yield* Effect.all(
        Array.from({ length: 50 }, () => makeDataKey(ada)),
        { concurrency: "unbounded" }
      )
      primary = "b"
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* makeDataKey(ada)).keyId, "a")
      assert.strictEqual(looks, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* makeDataKey(ada)).keyId, "b")
      assert.strictEqual(looks, 2)
    })
  })

  it.effect("takes the next key at once where the one that was chosen is gone from this server", () => {
    let [known, kept] = [[key("a", true), key("b")], held]
    const keys = Layer.mock(KeyRepository, { list: Effect.sync(() => known) })
    const source = { keys: Effect.sync(() => kept), reread: Effect.void }
    const management = Layer.effect(KeyManagement, Keyring.make(source)).pipe(
      Layer.provide(SecureRandom.layerWebCrypto)
    )
    return Effect.gen(function* () {
      const { makeDataKey } = yield* vaultOver(keys, noDataKeys, management)
      assert.strictEqual((yield* makeDataKey(ada)).keyId, "a")
      known = [key("b", true)]
      kept = [held[1] ?? assert.fail("two keys")]
      assert.strictEqual((yield* makeDataKey(ada)).keyId, "b")
    })
  })

  it.effect("takes the next key at once where the one that was chosen has been retired", () => {
    let known = [key("a", true), key("b")]
    const keys = Layer.mock(KeyRepository, { list: Effect.sync(() => known) })
    const stored: Array<string> = []
    const dataKeys = Layer.mock(DataKeyRepository, {
      findForSealing: () => Effect.succeedNone,
      insert: (_, row) =>
        Effect.suspend(() => {
          if (known.every(({ id }) => id !== row.keyId)) return Effect.fail(new KeyUnknown({ keyId: row.keyId }))
          stored.push(row.keyId)
          return Effect.succeed(row)
        })
    })
    return Effect.gen(function* () {
      const vault = yield* vaultOver(keys, dataKeys)
      yield* vault.seal(context(), secret("one"))
      known = [key("b", true)]
      yield* vault.seal(context({ owner: scope("acme", "eve") }), secret("two"))
      assert.deepStrictEqual(stored, ["a", "b"])
      known = [key("c", true)]
      assert.include(yield* Effect.flip(vault.seal(context(), secret("three"))), { reason: "unknown_key" })
    })
  })
})
