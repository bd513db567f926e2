import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Option } from "effect"
import { hold } from "../contract/Contract.ts"
import { aDataKey, anIntegration, aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { Servers } from "./Servers.ts"

const connected = Servers.use(
  Effect.fnUntraced(function* ([{ dataKeys, integrations, tokens }]) {
    const owner = aScope()
    const integration = anIntegration(owner)
    yield* dataKeys.insert(owner, aDataKey())
    yield* integrations.insert(owner, integration)
    yield* tokens.put(owner, aToken(integration), noPlan)
    return integration
  })
)

layer(Servers.layer, { excludeTestServices: true })("Leases that wait for a unit of work", (it) => {
  it.effect("keep neither reads nor the leases of others waiting, and see what the unit left", () =>
    Effect.gen(function* () {
      const [server, other] = yield* Servers
      const [held, free] = [yield* connected, yield* connected]
      const lease = (generation: number, owner: string) => ({ generation, owner, duration: Duration.minutes(1) })
      const { end } = yield* hold(server.tokens.put(held.owner, aToken(held, { generation: 2 }), noPlan), (work) =>
        server.units.forUser(held.owner, work)
      )
      const waiting = yield* Effect.forEach(["a", "b", "c", "d"], (owner) =>
        Effect.forkChild(other.tokens.acquireLease(held.owner, held.id, lease(1, owner)), { startImmediately: true })
      )
      yield* Effect.sleep("100 millis")
      const beside = Effect.all([
        other.tokens.read(free.owner, free.id),
        other.tokens.acquireLease(free.owner, free.id, lease(1, "a"))
      ])
      const [reading, taken] = yield* Effect.timeout(beside, "1 second")
      assert.isTrue(Option.isSome(reading))
      assert.strictEqual(taken._tag, "Acquired")
      assert.isTrue(waiting.every((fiber) => fiber.pollUnsafe() === undefined))
      yield* end
      const outcomes = yield* Effect.forEach(waiting, Fiber.join)
      assert.deepStrictEqual(new Set(outcomes.map(({ _tag }) => _tag)), new Set(["Superseded"]))
    })
  )
})
