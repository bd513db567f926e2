import { DataKeyRepository, TokenVault } from "@oauth-manager/application"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { ada, context, DataKeyRows, deployment, randomKey, secret, startVault } from "./VaultFixture.ts"

const setUp = Effect.gen(function* () {
  const rows = new DataKeyRows()
  const key = randomKey()
  return { rows, vault: yield* startVault(rows, [key]), restart: startVault(rows, [key]) }
})

describe("a user's first data key", () => {
  it.effect("is one, however many first sealings race", () =>
    Effect.gen(function* () {
      const { restart, rows, vault } = yield* setUp
      const seals = yield* Effect.all(
        Array.from({ length: 100 }, (_, generation) => vault.seal(context({ generation }), secret("token"))),
        { concurrency: "unbounded" }
      )
      assert.isAbove(rows.inserts, 1, "the sealings did race")
      assert.strictEqual(new Set(seals.map((sealed) => sealed.subarray(1, 17).join())).size, 1)
      const restarted = yield* restart
      for (const [generation, sealed] of seals.entries()) {
        assert.strictEqual(Redacted.value(yield* restarted.open(context({ generation }), sealed)), "token")
      }
    })
  )

  it.effect("is one, when two servers race", () =>
    Effect.gen(function* () {
      const { restart, rows, vault } = yield* setUp
      const other = yield* restart
      const [first, second] = yield* Effect.all(
        [vault.seal(context(), secret("first")), other.seal(context(), secret("second"))],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(rows.inserts, 2)
      assert.strictEqual(Redacted.value(yield* other.open(context(), first)), "first")
      assert.strictEqual(Redacted.value(yield* vault.open(context(), second)), "second")
    })
  )

  it.effect("seals nothing after the unit of work that made it and read it back was rolled back", () =>
    Effect.gen(function* () {
      const { restart, rows, vault } = yield* setUp
      const lost = yield* vault.seal(context(), secret("access"))
      yield* vault.seal(context({ field: "refresh_token" }), secret("refresh"))
      yield* vault.open(context(), lost)
      rows.rollBack()
      const kept = yield* vault.seal(context(), secret("kept"))
      assert.notDeepEqual(kept.subarray(1, 17), lost.subarray(1, 17))
      assert.strictEqual(Redacted.value(yield* (yield* restart).open(context(), kept)), "kept")
      assert.include(yield* Effect.flip(vault.open(context(), lost)), { reason: "unknown_key" })
    })
  )

  it.effect("is made anew at each sealing while the repository drops what it is given", () => {
    const given: Array<string> = []
    const dropping = Layer.mock(DataKeyRepository, {
      find: () => Effect.succeed(Option.none()),
      findForSealing: () => Effect.succeed(Option.none()),
      insert: (_, row) =>
        Effect.sync(() => {
          given.push(row.id)
          return row
        })
    })
    return Effect.gen(function* () {
      const vault = yield* TokenVault
      const first = yield* vault.seal(context(), secret("token"))
      yield* vault.seal(context(), secret("token"))
      assert.strictEqual(new Set(given).size, 2)
      assert.include(yield* Effect.flip(vault.open(context(), first)), { reason: "key_missing" })
    }).pipe(
      Effect.provide(
        EnvelopeTokenVault.layer.pipe(
          Layer.provide([dropping, deployment("test"), Keyring.layer({ keys: [randomKey()] })])
        )
      )
    )
  })

  it.effect("seals under the key that the repository answers, not the one it was given", () =>
    Effect.gen(function* () {
      const key = randomKey()
      const winner = new DataKeyRows()
      yield* (yield* startVault(winner, [key])).seal(context(), secret("token"))
      const stored = winner.of(ada)
      assert.isDefined(stored)
      const losing = Layer.mock(DataKeyRepository, {
        findForSealing: () => Effect.succeed(Option.none()),
        insert: () => Effect.succeed(stored)
      })
      const loser = EnvelopeTokenVault.layer.pipe(
        Layer.provide([losing, deployment("test"), Keyring.layer({ keys: [key] })])
      )
      const sealed = yield* Effect.flatMap(TokenVault, (vault) => vault.seal(context(), secret("second"))).pipe(
        Effect.provide(loser)
      )
      const opened = yield* (yield* startVault(winner, [key])).open(context(), sealed)
      assert.strictEqual(Redacted.value(opened), "second")
    })
  )
})
