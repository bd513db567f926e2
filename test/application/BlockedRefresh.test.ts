import { AdminActionRequired, IntegrationRepository, UnitOfWork } from "@oauth-manager/application"
import { type Integration, Integrations, type Problem } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, anAnswer, connect } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { leaseOf, plain, read, refresh, refreshesTo, stateOf } from "./Tokens.ts"

const blocked = new AdminActionRequired({ provider: "sandbox" })

const refusesWith = (...failures: ReadonlyArray<AdminActionRequired>) =>
  Effect.flatMap(ScriptedOAuthClient, (client) => client.refresh.next(...failures.map((one) => Effect.fail(one))))

const at = (seconds: number) => DateTime.makeUnsafe(seconds * 1000)

const ail = ({ id }: Integration, problem: Problem) =>
  Effect.gen(function* () {
    const integrations = yield* IntegrationRepository
    const found = Option.getOrThrow(yield* integrations.findForUpdate(ada, id))
    yield* integrations.update(ada, Integrations.note(found, problem))
  }).pipe((work) => UnitOfWork.use((units) => units.forUser(ada, work)))

describe("A refresh for which an administrator must act", () => {
  it.effect("leaves the token that lives in use, and says what ails the integration", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* TestClock.adjust("3590 seconds")
      yield* refusesWith(blocked)
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepInclude(released, { refreshed: false, warnings: ["refresh_failed"] })
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "active",
        problem: { code: "admin_action_required", since: at(3590) }
      })
      assert.deepStrictEqual(yield* endings("integration.problem_noted"), [
        { outcome: "failure", reason: "admin_action_required" }
      ])
      assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
    }).pipe(inApplication)
  )

  it.effect("is what the caller is told, who has no token left or wants a new one", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refusesWith(blocked, blocked)
      assert.strictEqual(yield* Effect.flip(refresh(integration)), blocked)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Effect.flip(read(integration)), blocked)
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "active",
        problem: { code: "admin_action_required", since: at(0) }
      })
      assert.strictEqual((yield* eventsOf("integration.problem_noted")).length, 1)
      assert.deepStrictEqual(yield* eventsOf("token.released", "integration.reauthorization_required"), [])
    }).pipe(inApplication)
  )

  it.effect("serves no token that expires before the provider has answered", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("3590 seconds")
      yield* refusesWith(blocked)
      const gate = yield* client.refresh.hold
      const reading = yield* Effect.forkChild(Effect.flip(read(integration)))
      yield* gate.reached
      yield* TestClock.adjust("10 seconds")
      yield* gate.release
      assert.strictEqual(yield* Fiber.join(reading), blocked)
    }).pipe(inApplication)
  )

  it.effect("is over with the first that succeeds", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refusesWith(blocked)
      yield* Effect.flip(refresh(integration))
      assert.deepStrictEqual(yield* Effect.flip(refresh(integration)), blocked)
      yield* TestClock.adjust("1 minute")
      yield* refreshesTo({})
      assert.isTrue((yield* refresh(integration)).refreshed)
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
    }).pipe(inApplication)
  )

  for (const operation of ["IntegrationRepository.update", "AuditTrail.record"]) {
    it.effect(`is told or noted, both or nothing, where storage fails at ${operation}`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const integration = yield* connect()
        yield* refusesWith(blocked)
        yield* faults.next(operation, storageDown)
        assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "RepositoryUnavailable")
        assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem: undefined })
        assert.deepStrictEqual(yield* eventsOf("integration.problem_noted"), [])
        assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
      }).pipe(inApplication)
    )
  }
})

describe("A refresh that succeeds", () => {
  it.effect("shows the provider the scopes of the grant", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* refreshesTo({})
      yield* refresh(integration)
      const [call] = yield* client.refresh.calls
      assert.strictEqual(Redacted.value(call?.[1] ?? assert.fail()), plain(answer.refreshToken))
      assert.deepStrictEqual(call?.[2], integration.grantedScopes)
    }).pipe(inApplication)
  )

  it.effect("does not set an account up again", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const problem: Problem = { code: "account_setup_required", since: at(0) }
      yield* ail(integration, problem)
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* stateOf(integration), { status: "active", problem })
    }).pipe(inApplication)
  )
})
