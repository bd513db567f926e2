import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted } from "effect"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { persistence } from "../contract/Contract.ts"
import { aDataKey, anIntegration, aScope } from "../fakes/Samples.ts"
import { recorded } from "../fakes/RecordedLog.ts"
import { Faults, storageDown } from "./Faults.ts"
import { a, b, c, counts, inDeployment, type Server, server, started } from "./KeyDeployment.ts"

/** Users with a data key each, wrapped under the deployment's primary. */
const users = (running: Server, count: number) =>
  Effect.flatMap(persistence, ({ dataKeys }) =>
    Effect.forEach(
      Array.from({ length: count }, () => aScope()),
      (owner) => Effect.flatMap(running.vault.makeDataKey(owner), (key) => dataKeys.insert(owner, key))
    )
  )

describe("rewrapping", () => {
  it.effect("wraps every data key under the primary, whatever wrapped it, and reports every hundred", () =>
    Effect.gen(function* () {
      const running = yield* started(a, b, c)
      yield* users(running, 120)
      yield* running.promoting.promote("b")
      // Chosen within 30 seconds, by another server at once
      yield* users(yield* server(a, b, c), 130)
      yield* running.promoting.promote("c")
      const reports: Array<number> = []
      const done = yield* running.rewrapping.pass((rewrapped) => Effect.sync(() => void reports.push(rewrapped)))
      assert.deepStrictEqual(done, { rewrapped: 250, failed: 0 })
      assert.deepStrictEqual(reports, [100, 120, 220, 250])
      assert.deepStrictEqual(yield* counts, { c: 250 })
      assert.deepStrictEqual(yield* running.rewrapping.pass(), { rewrapped: 0, failed: 0 })
    }).pipe(inDeployment)
  )

  it.effect("leaves what is sealed as it is: the same data key opens it", () =>
    Effect.gen(function* () {
      const running = yield* started(a, b)
      const context = tokenContext(anIntegration(aScope()), "access_token", 1)
      const sealed = yield* running.vault.seal(context, Redacted.make("token"))
      yield* running.promoting.promote("b")
      yield* running.rewrapping.pass()
      const withoutA = yield* started(b)
      assert.strictEqual(Redacted.value(yield* withoutA.vault.open(context, sealed)), "token")
    }).pipe(inDeployment)
  )

  it.effect("goes on where it was broken off", () =>
    Effect.gen(function* () {
      const running = yield* started(a, b)
      yield* users(running, 250)
      yield* running.promoting.promote("b")
      const killed = yield* Effect.exit(
        running.rewrapping.pass((rewrapped) => (rewrapped >= 200 ? Effect.die("killed") : Effect.void))
      )
      assert.isTrue(Exit.hasDies(killed))
      assert.deepStrictEqual(yield* counts, { a: 50, b: 200 })
      const another = yield* started(a, b)
      assert.deepStrictEqual(yield* another.rewrapping.pass(), { rewrapped: 50, failed: 0 })
      assert.deepStrictEqual(yield* counts, { b: 250 })
    }).pipe(inDeployment)
  )

  it.effect("fails where the storage does, and loses nothing", () =>
    Effect.gen(function* () {
      const running = yield* started(a, b)
      yield* users(running, 10)
      yield* running.promoting.promote("b")
      yield* (yield* Faults).next("DataKeyRepository.rewrapAcrossUsers", storageDown)
      assert.strictEqual((yield* Effect.flip(running.rewrapping.pass()))._tag, "RepositoryUnavailable")
      assert.deepStrictEqual(yield* counts, { a: 10 })
      assert.deepStrictEqual(yield* running.rewrapping.pass(), { rewrapped: 10, failed: 0 })
    }).pipe(inDeployment)
  )

  it.effect("is done once, however many servers do it at once", () =>
    Effect.gen(function* () {
      const first = yield* started(a, b)
      yield* users(first, 250)
      yield* first.promoting.promote("b")
      const servers = [first, yield* started(b, a), yield* started(a, b)]
      const passes = yield* Effect.forEach(servers, ({ rewrapping }) => rewrapping.pass(), { concurrency: "unbounded" })
      assert.strictEqual(
        passes.reduce((sum, { rewrapped }) => sum + rewrapped, 0),
        250
      )
      assert.deepStrictEqual(yield* counts, { b: 250 })
    }).pipe(inDeployment)
  )

  it.effect("names a data key that does not open, and does the others", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const running = yield* started(a, b)
      yield* users(running, 120)
      const damaged = aDataKey({ keyId: "a", wrapped: new Uint8Array(61).fill(1) })
      yield* dataKeys.insert(aScope(), damaged)
      yield* running.promoting.promote("b")
      assert.deepStrictEqual(yield* running.rewrapping.pass(), { rewrapped: 120, failed: 1 })
      assert.deepStrictEqual(yield* counts, { a: 1, b: 120 })
      const errors = lines.filter((line) => line.startsWith("Error"))
      assert.deepStrictEqual(errors, [`Error the data key ${damaged.id} cannot be rewrapped: not_authentic`])
    }).pipe(inDeployment, Effect.provide(layer))
  })

  it.effect("leaves to others what this server cannot unwrap, and all of it where it lacks the primary", () =>
    Effect.gen(function* () {
      const first = yield* started(a, b, c)
      yield* users(first, 3)
      yield* first.promoting.promote("b")
      yield* users(yield* server(a, b, c), 4)
      yield* first.promoting.promote("c")
      const [withoutA, withoutC] = [yield* server(b, c), yield* server(a, b)]
      assert.deepStrictEqual(yield* withoutC.rewrapping.pass(), { rewrapped: 0, failed: 0 })
      assert.deepStrictEqual(yield* withoutA.rewrapping.pass(), { rewrapped: 4, failed: 0 })
      assert.deepStrictEqual(yield* counts, { a: 3, c: 4 })
    }).pipe(inDeployment)
  )
})
