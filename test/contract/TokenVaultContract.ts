import { type SealingContext, TokenVault } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { aDataKey, anAuthorization, anIntegration, aScope, aSecret, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"

const aContext = (owner = aScope()): SealingContext => ({
  owner,
  object: anIntegration(owner).id,
  field: "access_token",
  generation: 1
})

const secretBytes = (secret: Redacted.Redacted<string>) => new TextEncoder().encode(Redacted.value(secret))

const contains = (haystack: Uint8Array, needle: Uint8Array) =>
  haystack.some((_, start) => needle.every((byte, index) => haystack[start + index] === byte))

export const tokenVaultContract = contract<PersistencePorts | TokenVault>("TokenVault", (it) => {
  it.effect("opens what it sealed in the same context, also with the user's data key at hand", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      const { dataKeys } = yield* persistence
      const context = aContext()
      for (const secret of [aSecret(), Redacted.make(""), Redacted.make("ключ 🔑")]) {
        const sealed = yield* vault.seal(context, secret)
        assert.strictEqual(Redacted.value(yield* vault.open({ ...context }, sealed)), Redacted.value(secret))
        const dataKey = Option.getOrThrow(yield* dataKeys.find(context.owner))
        assert.strictEqual(Redacted.value(yield* vault.open(context, sealed, dataKey)), Redacted.value(secret))
      }
    })
  )

  it.effect("opens a ciphertext in no other context", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      const context = aContext()
      const sealed = yield* vault.seal(context, aSecret())
      const others: ReadonlyArray<Partial<SealingContext>> = [
        { object: anIntegration(context.owner).id },
        { object: anAuthorization(context.owner).id },
        { generation: 2 },
        ...(["refresh_token", "authorization_code", "authorization_flow"] as const).map((field) => ({
          field
        })),
        ...strangersTo(context.owner).map((owner) => ({ owner }))
      ]
      for (const other of others) {
        if (other.owner !== undefined) yield* vault.seal(aContext(other.owner), aSecret())
        const error = yield* Effect.flip(vault.open({ ...context, ...other }, sealed))
        assert.strictEqual(error._tag, "VaultFailed")
      }
    })
  )

  it.effect("opens nothing that it did not seal, and nothing for a user without a data key", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      const context = aContext()
      const sealed = yield* vault.seal(context, aSecret())
      for (const forged of [Sealed.make(new Uint8Array()), Sealed.make(sealed.map((byte) => byte ^ 1))]) {
        assert.strictEqual((yield* Effect.flip(vault.open(context, forged)))._tag, "VaultFailed")
      }
      assert.strictEqual((yield* Effect.flip(vault.open(aContext(), sealed)))._tag, "VaultFailed")
      assert.strictEqual((yield* Effect.flip(vault.open(context, sealed, aDataKey())))._tag, "VaultFailed")
    })
  )

  it.effect("makes a user's data key on first use, and keeps it", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      const { dataKeys } = yield* persistence
      const context = aContext()
      assert.isTrue(Option.isNone(yield* dataKeys.find(context.owner)))
      const sealed = yield* Effect.forEach(
        Array.from({ length: 20 }, () => aSecret()),
        (secret) => Effect.map(vault.seal(context, secret), (ciphertext) => ({ secret, ciphertext })),
        { concurrency: "unbounded" }
      )
      const key = Option.getOrThrow(yield* dataKeys.find(context.owner))
      for (const { ciphertext, secret } of sealed) {
        assert.strictEqual(Redacted.value(yield* vault.open(context, ciphertext, key)), Redacted.value(secret))
      }
    })
  )

  it.effect("shows nothing of a secret, not even that two are the same", () =>
    Effect.gen(function* () {
      const vault = yield* TokenVault
      const context = aContext()
      const secret = aSecret()
      const [first, second] = [yield* vault.seal(context, secret), yield* vault.seal(context, secret)]
      assert.notDeepEqual(first, second)
      assert.isFalse(contains(first, secretBytes(secret)))
    })
  )
})
