import { assert, describe, it, layer as within } from "@effect/vitest"
import { KeyManagement, TokenVault } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { Cause, Effect, Exit, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { authorize } from "../application/Journey.ts"
import { effort } from "../chaos/Effort.ts"
import { call } from "../http/TestApi.ts"
import * as TestCallers from "../http/TestCallers.ts"
import { ada, bob, context, DataKeyRows, deployment, randomKey, secret, startVault } from "../vault/VaultFixture.ts"
import { hardenedProcess } from "./HardenedProcess.ts"
import * as PostgresApi from "./PostgresApi.ts"
import { comparisonsIn, comparisonsOfSecrets } from "./SecretComparisons.ts"
import * as Welch from "./Welch.ts"

const nonceOf = (sealed: Uint8Array): bigint => Buffer.from(sealed).readBigUInt64BE(17)

/** A vault and key management whose random generator is this one. */
const vaultOn = (randomBytes: (size: number) => Uint8Array) => {
  const random = Layer.succeed(SecureRandom.SecureRandom, SecureRandom.make(randomBytes))
  return EnvelopeTokenVault.layerNoDeps.pipe(
    Layer.provideMerge(Keyring.layerNoDeps({ keys: [randomKey()] })),
    Layer.provide([random, new DataKeyRows().layer, deployment("test")])
  )
}

describe("C. Crypto and storage", () => {
  const seals = effort(5_000, 10_000_000)

  it.live(
    `row 35: no two of ${seals} secrets are sealed under one nonce`,
    () =>
      Effect.gen(function* () {
        const vault = yield* startVault(new DataKeyRows(), [randomKey()])
        const nonces = new BigUint64Array(seals)
        for (let index = 0; index < seals; index++) {
          nonces[index] = nonceOf(yield* vault.seal(context({ owner: index % 2 === 0 ? ada : bob }), secret("token")))
        }
        nonces.sort()
        assert.isTrue(nonces.every((nonce, index) => index === 0 || nonce !== nonces[index - 1]))
      }).pipe(Effect.scoped),
    effort(60_000, 3_600_000)
  )

  const seal = Effect.asVoid(TokenVault.use((vault) => vault.seal(context(), secret("token"))))
  const wrap = Effect.asVoid(
    KeyManagement.use((keys) => keys.wrap(Redacted.make(new Uint8Array(32).fill(1)), { purpose: "canary" }))
  )
  const works: ReadonlyArray<readonly [string, Effect.Effect<void, unknown, TokenVault | KeyManagement>]> = [
    ["seals", seal],
    ["wraps", wrap]
  ]
  it.effect.each(works)("row 35: %s once, and no more, with a random generator that is stuck", ([, work]) =>
    Effect.gen(function* () {
      const exits = yield* Effect.all([Effect.exit(work), Effect.exit(work), Effect.exit(work)])
      assert.deepStrictEqual(
        exits.map(({ _tag }) => _tag),
        ["Success", "Failure", "Failure"]
      )
      for (const exit of exits.filter(Exit.isFailure)) {
        assert.include(Cause.pretty(exit.cause), "the random generator repeats itself")
      }
    }).pipe(
      Effect.provide(
        vaultOn((size) => new Uint8Array(size).fill(7)),
        { local: true }
      )
    )
  )

  it.effect("row 35: neither seals nor wraps with a random generator that gives zeros", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isFailure(yield* Effect.exit(seal)))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(wrap)))
    }).pipe(
      Effect.provide(
        vaultOn((size) => new Uint8Array(size)),
        { local: true }
      )
    )
  )

  it.effect("row 37: what is no sealed secret of the one version is refused, and never handed out as it is", () =>
    Effect.gen(function* () {
      const rows = new DataKeyRows()
      const vault = yield* startVault(rows, [randomKey()])
      const canary = "canary-token-that-somebody-stored-as-it-is-in-plain-text"
      const sealed = yield* vault.seal(context(), secret(canary))
      const text = new TextEncoder().encode(canary)
      const header = sealed.subarray(0, 17)
      const forms: ReadonlyArray<Uint8Array> = [
        text,
        Uint8Array.of(0, ...text),
        Uint8Array.of(1, ...text),
        Uint8Array.of(...header, ...text),
        // No nonce, no tag, or one of zeros
        Uint8Array.of(...header, ...new Uint8Array(12), ...text, ...new Uint8Array(16)),
        Uint8Array.of(...sealed.subarray(0, -16), ...new Uint8Array(16)),
        sealed.subarray(0, -16),
        Uint8Array.of(0, ...sealed.subarray(1)),
        Uint8Array.of(2, ...sealed.subarray(1)),
        new TextEncoder().encode(JSON.stringify({ v: 1, alg: "none", token: canary })),
        new TextEncoder().encode(Buffer.from(sealed).toString("base64")),
        new Uint8Array(0)
      ]
      for (const form of forms) {
        const { _tag } = yield* Effect.flip(vault.open(context(), Sealed.make(form)))
        assert.strictEqual(_tag, "VaultFailed")
      }
      assert.strictEqual(Redacted.value(yield* vault.open(context(), sealed)), canary)
    })
  )

  it("row 39: the source compares no secret: what is presented is hashed, and its hash is looked up", () => {
    assert.deepStrictEqual(comparisonsOfSecrets(), [])
    for (const line of [
      "if (Redacted.value(presented) === Redacted.value(stored)) return",
      "return expected !== Redacted.value(token)",
      "return Redacted.value(yield* found).startsWith(presented)",
      "const isRight = completionHash === stored.completionHash",
      "return presentedHash.equals(stored)"
    ]) {
      assert.deepStrictEqual(comparisonsIn(line), [line])
    }
  })

  const openings = effort(4_000, 100_000)

  it.live(
    `row 39: a tag that is wrong at its beginning takes as long as one wrong at its end: ${openings} openings`,
    () =>
      Effect.gen(function* () {
        const vault = yield* startVault(new DataKeyRows(), [randomKey()])
        const sealed = yield* vault.seal(context(), secret("token".repeat(100)))
        const wrongAt = (at: number) => {
          const wrong = Sealed.make(sealed.map((byte, index) => (index === at ? byte ^ 1 : byte)))
          return Effect.flip(vault.open(context(), wrong))
        }
        const [first, last] = [wrongAt(sealed.length - 16), wrongAt(sealed.length - 1)]
        yield* Welch.t(1_000, first, last)
        const t = yield* Welch.t(openings, first, last)
        console.log(`row 39: |t| = ${Math.abs(t).toFixed(2)} over ${openings} openings`)
        Welch.assertAlike(t, "the place of the fault")
      }),
    effort(60_000, 600_000)
  )

  it.live("row 39: a comparison that ends at the first difference would be found by the same measurement", () =>
    Effect.gen(function* () {
      const right = "s".repeat(2_000)
      const leaky = (presented: string) => Effect.sync(() => [...right].every((char, at) => char === presented[at]))
      const t = yield* Welch.t(4_000, leaky(`x${right.slice(1)}`), leaky(`${right.slice(0, -1)}x`))
      assert.isAbove(Math.abs(t), Welch.bound)
    })
  )

  within(PostgresApi.layer, { excludeTestServices: true })("on PostgreSQL", (it) => {
    const completions = effort(300, 100_000)

    it.effect(
      `row 39: a completion token that is nearly right is refused as fast as any other: ${completions} of them`,
      () =>
        Effect.gen(function* () {
          const { authorization, completionToken } = yield* authorize()
          const right = Redacted.value(completionToken)
          const complete = (token: string) =>
            Effect.map(
              call("POST", `/v1/users/me/authorizations/${authorization.id}/complete`, {
                bearer: TestCallers.adasToken,
                body: { completion_token: token }
              }),
              ({ body }) => assert.strictEqual(body.code, "completion_token_invalid")
            )
          const near = complete(`${right.slice(0, -2)}${right.at(-2) === "A" ? "B" : "A"}${right.slice(-1)}`)
          const far = complete([...right].toReversed().join(""))
          yield* Welch.t(50, near, far)
          const t = yield* Welch.t(completions, near, far)
          console.log(`row 39: |t| = ${Math.abs(t).toFixed(2)} over ${completions} completions`)
          Welch.assertAlike(t, "a nearly right token")
        }),
      effort(60_000, 5_400_000)
    )
  })

  hardenedProcess()
})
