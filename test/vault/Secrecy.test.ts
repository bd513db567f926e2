import { Sealed } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { inspect } from "node:util"
import { ada, bob, context, DataKeyRows, randomKey, secret, startVault } from "./VaultFixture.ts"

const canary = "canary-4f1d8a2b9c"

const shown = (value: unknown) =>
  [inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value), String(value)].join("\n")

describe("what the vault shows", () => {
  it.effect("holds no secret in a ciphertext or a stored key, in any encoding", () =>
    Effect.gen(function* () {
      const rows = new DataKeyRows()
      const vault = yield* startVault(rows, [randomKey()])
      const sealed = yield* vault.seal(context(), secret(canary))
      const stored = Buffer.concat([sealed, ...[...rows.rows.values()].map(({ wrapped }) => wrapped)])
      for (const encoding of ["latin1", "base64", "base64url", "hex"] as const) {
        assert.notInclude(stored.toString(encoding), Buffer.from(canary).toString(encoding).slice(0, 12))
      }
    })
  )

  it.effect("prints an opened secret as its field alone", () =>
    Effect.gen(function* () {
      const vault = yield* startVault(new DataKeyRows(), [randomKey()])
      const opened = yield* vault.open(context(), yield* vault.seal(context(), secret(canary)))
      assert.strictEqual(String(opened), "<redacted:access_token>")
      assert.notInclude(shown([opened, Exit.succeed(opened)]), canary)
    })
  )

  it.effect("holds neither secret nor key nor ciphertext in any refusal", () =>
    Effect.gen(function* () {
      const rows = new DataKeyRows()
      const key = randomKey()
      const vault = yield* startVault(rows, [key])
      const sealed = yield* vault.seal(context(), secret(canary))
      const stranger = yield* startVault(rows, [randomKey("other")])
      const exits: ReadonlyArray<Exit.Exit<unknown, unknown>> = yield* Effect.all([
        Effect.exit(vault.open(context(), Sealed.make(sealed.slice(1)))),
        Effect.exit(vault.open(context({ generation: 2 }), sealed)),
        Effect.exit(vault.open(context({ owner: bob }), sealed)),
        Effect.exit(vault.open(context({ owner: bob }), sealed, rows.of(ada))),
        Effect.exit(stranger.open(context(), sealed)),
        Effect.exit(stranger.seal(context(), secret(canary))),
        Effect.exit(vault.seal(context(), secret(`${canary}\uD800`)))
      ])
      const tail = Buffer.from(sealed.subarray(-16))
      for (const exit of exits) {
        assert.isTrue(Exit.isFailure(exit))
        const text = `${shown(exit)}${Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""}`
        assert.notInclude(text, canary)
        for (const encoding of ["hex", "base64"] as const) {
          assert.notInclude(text, key.key.export().toString(encoding).slice(0, 12))
          assert.notInclude(text, tail.toString(encoding).slice(0, 12))
        }
      }
    })
  )

  it.effect("names what it refused without saying more", () =>
    Effect.gen(function* () {
      const vault = yield* startVault(new DataKeyRows(), [randomKey()])
      const sealed = yield* vault.seal(context(), secret(canary))
      const refusal = yield* Effect.flip(vault.open(context({ object: "other" }), sealed))
      assert.strictEqual(refusal.message, "the vault refused: not_authentic")
    })
  )
})
