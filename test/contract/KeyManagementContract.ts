import { KeyManagement, type WrappingContext } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { aHash, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract } from "./Contract.ts"

const uuid = () => crypto.randomUUID()

const aContext = (): WrappingContext & { readonly purpose: "data_key" } => ({
  purpose: "data_key",
  owner: aScope(),
  dataKeyId: uuid()
})

const key = () => Redacted.make(aHash())

const bytesOf = (opened: Redacted.Redacted<Uint8Array>) => Uint8Array.from(Redacted.value(opened))

/** For an implementation that holds the keys `first` and `second`, in this order. */
export const keyManagementContract = contract<KeyManagement>("KeyManagement", (it) => {
  it.effect("names the keys that it holds, its first first", () =>
    Effect.gen(function* () {
      const { keyIds } = yield* KeyManagement
      assert.deepStrictEqual(yield* keyIds, ["first", "second"])
    })
  )

  it.effect("wraps under its first key unless another is named, and unwraps both", () =>
    Effect.gen(function* () {
      const { unwrap, wrap } = yield* KeyManagement
      for (const context of [aContext(), { purpose: "canary" } as const]) {
        for (const [keyId, named] of [["first"], ["first", "first"], ["second", "second"]]) {
          const plaintext = aHash()
          const wrapped = yield* wrap(Redacted.make(Uint8Array.from(plaintext)), context, named)
          assert.strictEqual(wrapped.keyId, keyId)
          assert.deepStrictEqual(bytesOf(yield* unwrap(wrapped, context)), plaintext)
        }
      }
    })
  )

  it.effect("never wraps the same key to the same bytes, and shows nothing of it", () =>
    Effect.gen(function* () {
      const { wrap } = yield* KeyManagement
      const [plaintext, context] = [key(), aContext()]
      const [one, other] = [yield* wrap(plaintext, context), yield* wrap(plaintext, context)]
      assert.notDeepEqual(one.wrapped, other.wrapped)
      assert.notInclude(Buffer.from(one.wrapped).toString("hex"), Buffer.from(bytesOf(plaintext)).toString("hex"))
    })
  )

  it.effect("unwraps in the same context alone", () =>
    Effect.gen(function* () {
      const { unwrap, wrap } = yield* KeyManagement
      const context = aContext()
      const of = (owner: UserScope): WrappingContext => ({ ...context, owner })
      const others: ReadonlyArray<WrappingContext> = [
        { ...context, dataKeyId: uuid() },
        ...strangersTo(context.owner).map(of),
        { purpose: "canary" }
      ]
      const wrapped = yield* wrap(key(), context)
      for (const other of others) {
        assert.include(yield* Effect.flip(unwrap(wrapped, other)), { reason: "not_authentic" })
      }
      const canary = yield* wrap(key(), { purpose: "canary" })
      assert.include(yield* Effect.flip(unwrap(canary, context)), { reason: "not_authentic" })
    })
  )

  it.effect("takes what one key wrapped for no other's", () =>
    Effect.gen(function* () {
      const { unwrap, wrap } = yield* KeyManagement
      for (const context of [aContext(), { purpose: "canary" } as const]) {
        const { wrapped } = yield* wrap(key(), context, "first")
        assert.include(yield* Effect.flip(unwrap({ keyId: "second", wrapped }, context)), { reason: "not_authentic" })
      }
    })
  )

  it.effect("neither wraps nor unwraps under a key that it does not hold", () =>
    Effect.gen(function* () {
      const { unwrap, wrap } = yield* KeyManagement
      const context = aContext()
      const { wrapped } = yield* wrap(key(), context)
      assert.include(yield* Effect.flip(wrap(key(), context, "third")), { reason: "unknown_key" })
      assert.include(yield* Effect.flip(unwrap({ keyId: "third", wrapped }, context)), { reason: "unknown_key" })
    })
  )

  it.effect("unwraps nothing that it did not wrap", () =>
    Effect.gen(function* () {
      const { unwrap } = yield* KeyManagement
      for (const wrapped of [new Uint8Array(), new Uint8Array(61).fill(1), aHash()]) {
        const failure = yield* Effect.flip(unwrap({ keyId: "first", wrapped }, aContext()))
        assert.strictEqual(failure._tag, "VaultFailed")
      }
    })
  )
})
