import { IntegrationRepository, TokenRepository, UnitOfWork } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { layer } from "./MemoryPorts.ts"
import { anIntegration, aScope, aToken, noPlan } from "./Samples.ts"

const ports = Effect.all({ units: UnitOfWork, integrations: IntegrationRepository, tokens: TokenRepository })

const assertDefect = (exit: Exit.Exit<unknown, unknown>) => assert.isTrue(Exit.hasDies(exit))

describe("InMemoryStore", () => {
  it.effect("refuses to change an integration that its unit of work has not locked", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* ports
      const integration = anIntegration(aScope())
      const { id, owner } = integration
      yield* integrations.insert(owner, integration)
      const update = integrations.update(owner, integration)
      assertDefect(yield* Effect.exit(update))
      assertDefect(yield* Effect.exit(units.forUser(owner, update)))
      yield* units.forUser(owner, integrations.findForUpdate(owner, id))
      assertDefect(yield* Effect.exit(units.forUser(owner, update)))
      yield* units.forUser(owner, Effect.andThen(integrations.findForUpdate(owner, id), update))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses a lock that no unit of work would hold", () =>
    Effect.gen(function* () {
      const { integrations } = yield* ports
      const { id, owner, provider } = anIntegration(aScope())
      assertDefect(yield* Effect.exit(integrations.findForUpdate(owner, id)))
      assertDefect(yield* Effect.exit(integrations.findConnectedForUpdate(owner, [provider])))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses to go on in a unit of work whose insert was refused", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* ports
      const integration = anIntegration(aScope())
      const { account, owner } = integration
      yield* integrations.insert(owner, integration)
      const refused = Effect.exit(integrations.insert(owner, anIntegration(owner, { account })))
      assertDefect(yield* Effect.exit(units.forUser(owner, refused)))
      const goOn = Effect.andThen(refused, integrations.find(owner, integration.id))
      assertDefect(yield* Effect.exit(units.forUser(owner, goOn)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses a repository's method for another user than that of the unit of work", () =>
    Effect.gen(function* () {
      const { integrations, tokens, units } = yield* ports
      const { id, owner } = anIntegration(aScope())
      const stranger = aScope({ tenant: owner.tenant })
      assertDefect(yield* Effect.exit(units.forUser(stranger, integrations.find(owner, id))))
      assertDefect(yield* Effect.exit(units.forUser(stranger, tokens.destroy(owner, id))))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses the work of a fiber that outlives its unit of work", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* ports
      const integration = anIntegration(aScope())
      const { owner } = integration
      const late = Effect.andThen(Effect.sleep("1 second"), integrations.insert(owner, integration))
      const fiber = yield* units.forUser(owner, Effect.forkDetach(late))
      yield* TestClock.adjust("1 second")
      assertDefect(yield* Fiber.await(fiber))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses a token without its integration", () =>
    Effect.gen(function* () {
      const { tokens } = yield* ports
      const integration = anIntegration(aScope())
      assertDefect(yield* Effect.exit(tokens.put(integration.owner, aToken(integration), noPlan)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets leases run out by the test's clock", () =>
    Effect.gen(function* () {
      const { integrations, tokens } = yield* ports
      const integration = anIntegration(aScope())
      const { id, owner } = integration
      yield* integrations.insert(owner, integration)
      yield* tokens.put(owner, aToken(integration), noPlan)
      const acquire = (holder: string) =>
        Effect.map(
          tokens.acquireLease(owner, id, { generation: 1, owner: holder, duration: Duration.seconds(30) }),
          ({ _tag }) => _tag
        )
      assert.strictEqual(yield* acquire("a"), "Acquired")
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* acquire("b"), "Held")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* acquire("b"), "Acquired")
    }).pipe(Effect.provide(layer))
  )

  const shared = anIntegration(aScope())
  for (const time of ["first", "second"]) {
    it.effect(`begins empty for each test, the ${time} time`, () =>
      Effect.gen(function* () {
        const { integrations } = yield* ports
        assert.isTrue(Option.isNone(yield* integrations.find(shared.owner, shared.id)))
        yield* integrations.insert(shared.owner, shared)
      }).pipe(Effect.provide(layer))
    )
  }
})
