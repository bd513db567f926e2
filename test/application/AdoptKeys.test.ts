import { KeyManagement } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { persistence } from "../contract/Contract.ts"
import * as InMemoryKeyManagement from "../fakes/InMemoryKeyManagement.ts"
import { aDataKey, aScope } from "../fakes/Samples.ts"
import { recorded } from "../fakes/RecordedLog.ts"
import { randomKey } from "../vault/VaultFixture.ts"
import { a, b, c, connect, inDeployment, KeyDeployment, knownKeys, primary, server, started } from "./KeyDeployment.ts"

const keysByName = Effect.map(knownKeys, (known) =>
  known.filter(({ id }) => id !== "test").map(({ canary, id }) => [id, Option.isSome(canary)] as const)
)

/** Starts a server that is refused, and proves that it has written nothing. */
const refused = Effect.fnUntraced(function* (...keys: Parameters<typeof server>) {
  const before = yield* knownKeys
  const refusal = yield* Effect.flip(started(...keys))
  assert.deepStrictEqual(yield* knownKeys, before)
  return refusal
})

/** A key that a database knows from before there were canaries, with so many data keys that are not really wrapped under it. */
const inherited = Effect.fnUntraced(function* (damaged: number) {
  const { dataKeys } = yield* persistence
  const owners = Array.from({ length: damaged }, () => aScope())
  yield* Effect.forEach(owners, (owner) => dataKeys.insert(owner, aDataKey({ wrapped: new Uint8Array(61).fill(1) })))
})

const test = randomKey("test")

describe("the start of a server", () => {
  it.effect("makes its keys the deployment's, and its first the primary", () =>
    Effect.gen(function* () {
      yield* started(a, b)
      assert.deepStrictEqual(yield* keysByName, [
        ["a", true],
        ["b", true]
      ])
      assert.strictEqual(yield* primary, "a")
    }).pipe(inDeployment)
  )

  it.effect("changes nothing where another has started with the same keys", () =>
    Effect.gen(function* () {
      yield* started(a, b)
      const before = yield* knownKeys
      yield* started(a, b)
      assert.deepStrictEqual(yield* knownKeys, before)
    }).pipe(inDeployment)
  )

  it.effect("promotes a first key that was added before and never was the primary", () =>
    Effect.gen(function* () {
      yield* started(a, b)
      yield* started(b, a)
      assert.strictEqual(yield* primary, "b")
    }).pipe(inDeployment)
  )

  it.effect("does not go back to a first key that was the primary before, and says so", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      yield* started(a, b)
      yield* started(b, a)
      assert.lengthOf(
        lines.filter((line) => line.startsWith("Warn")),
        0
      )
      yield* started(a, b)
      assert.strictEqual(yield* primary, "b")
      const warnings = lines.filter((line) => line.startsWith("Warn"))
      assert.lengthOf(warnings, 1)
      assert.include(warnings[0], "this server's first key is a, but b was promoted after it")
    }).pipe(inDeployment, Effect.provide(layer))
  })

  it.effect("is refused with another key under a known id, and writes nothing", () =>
    Effect.gen(function* () {
      yield* started(a)
      const impostor = randomKey("a")
      assert.deepInclude(yield* refused(impostor), { _tag: "KeysRefused", impostors: ["a"], missing: [], retired: [] })
      assert.deepInclude(yield* refused(b, impostor), { impostors: ["a"] })
      assert.deepStrictEqual(yield* keysByName, [["a", true]])
    }).pipe(inDeployment)
  )

  it.effect("is refused without a key under which data keys are wrapped, and names it and their number", () =>
    Effect.gen(function* () {
      const first = yield* started(a)
      yield* connect(first)
      yield* connect(first)
      assert.deepInclude(yield* refused(b), { impostors: [], missing: [{ keyId: "a", dataKeys: 2 }] })
      yield* started(b, a)
    }).pipe(inDeployment)
  )

  it.effect("is not refused without a key that wraps nothing", () =>
    Effect.gen(function* () {
      yield* started(a)
      yield* started(b)
      assert.strictEqual(yield* primary, "b")
    }).pipe(inDeployment)
  )

  it.effect("is refused with another key than the data keys of an older database are wrapped under", () =>
    Effect.gen(function* () {
      yield* inherited(1)
      assert.deepInclude(yield* refused(test), { impostors: ["test"] })
    }).pipe(inDeployment)
  )

  it.effect("takes the key of an older database for the right one when most data keys are damaged, but not all", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      yield* inherited(9)
      const running = yield* server(test)
      const owner = aScope()
      yield* dataKeys.insert(owner, yield* running.vault.makeDataKey(owner))
      yield* running.adopting.adopt
      assert.isTrue((yield* knownKeys).every(({ canary }) => Option.isSome(canary)))
    }).pipe(inDeployment)
  )

  it.effect("is for one of two that bring different keys of one id at once", () =>
    Effect.gen(function* () {
      const servers = [yield* server(a), yield* server(randomKey("a"))]
      const outcomes = yield* Effect.forEach(servers, ({ adopting }) => Effect.exit(adopting.adopt), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(outcomes.map(({ _tag }) => _tag).toSorted(), ["Failure", "Success"])
    }).pipe(inDeployment)
  )

  it.effect("leaves a retired key alone, and says to take it out", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const { promoting, retiring } = yield* started(a, b)
      yield* promoting.promote("b")
      yield* retiring.retire("a")
      yield* started(a, b)
      assert.deepStrictEqual(yield* keysByName, [["b", true]])
      assert.strictEqual(yield* primary, "b")
      assert.include(lines.join("\n"), "Warn the key a was retired: take it out of this server's keys")
      assert.deepInclude(yield* refused(a), { retired: ["a"], impostors: [], missing: [] })
    }).pipe(inDeployment, Effect.provide(layer))
  })
})

describe("a server that runs", () => {
  it.effect("adopts the keys that come, and looks at nothing while they stay the same", () =>
    Effect.gen(function* () {
      const ofIds = InMemoryKeyManagement.service()
      let current = ofIds("a")
      const changing = Layer.succeed(KeyManagement, {
        keyIds: Effect.suspend(() => current.keyIds),
        wrap: (...wrapping) => current.wrap(...wrapping),
        unwrap: (...wrapped) => current.unwrap(...wrapped)
      })
      const { adopting } = yield* KeyDeployment.use(({ serverOf }) => serverOf(changing))
      yield* adopting.adopt
      const { keys } = yield* persistence
      yield* keys.promote("test")
      yield* adopting.adoptChanges
      current = ofIds("a", "b")
      yield* adopting.adoptChanges
      assert.deepStrictEqual(yield* keysByName, [
        ["a", true],
        ["b", true]
      ])
      assert.strictEqual(yield* primary, "test")
      current = ofIds("c", "a", "b")
      yield* adopting.adoptChanges
      assert.strictEqual(yield* primary, "c")
    }).pipe(inDeployment)
  )
})

describe("the check of keys", () => {
  it.effect("tells all that does not fit, and changes nothing", () =>
    Effect.gen(function* () {
      const first = yield* started(a, c)
      yield* connect(first)
      yield* first.promoting.promote("c")
      const { check } = yield* server(b, randomKey("c"))
      const before = yield* knownKeys
      const { held, impostors, missing, overtaken, retired } = yield* check.look
      assert.deepStrictEqual(
        { held, impostors, missing, overtaken, retired },
        {
          held: ["b", "c"],
          impostors: ["c"],
          missing: [{ keyId: "a", dataKeys: 1 }],
          overtaken: Option.none(),
          retired: []
        }
      )
      const stale = yield* server(a, c)
      assert.deepStrictEqual((yield* stale.check.look).overtaken, Option.some({ first: "a", primary: "c" }))
      assert.deepStrictEqual(yield* knownKeys, before)
    }).pipe(inDeployment)
  )
})
