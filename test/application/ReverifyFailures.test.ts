import {
  AdminActionRequired,
  Application,
  GrantRefused,
  IdentityRejected,
  ProviderMisconfigured,
  ProviderUnavailable,
  ReverifyIntegrations
} from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { adasAccount, connect } from "./Journey.ts"
import { events, eventsOf } from "./Recorded.ts"
import { disconnect, find, generationOf, read, refresh, refreshesTo, stateOf } from "./Tokens.ts"
import {
  aMonth,
  connectAMonthAgo,
  dueIn,
  identifiesAs,
  inRegistry,
  inVerified,
  loaded,
  pass,
  verifyDue
} from "./Verification.ts"

const provider = "verified"
const refused = new GrantRefused({ provider })
const failures = [
  new ProviderUnavailable({ provider, reason: "server_error", retryAfter: Option.none() }),
  new ProviderMisconfigured({ provider, code: "invalid_client" })
]

const stands = { status: "active", problem: undefined } as const
const verified = ["integration.verified", "integration.problem_noted", "integration.reauthorization_required"] as const

/** Nothing is known of it, and it is asked about again in an hour and not before. */
const assertAskedAgain = Effect.fnUntraced(function* (integration: Integration) {
  assert.deepStrictEqual(yield* eventsOf(...verified), [])
  assert.strictEqual(yield* dueIn(integration), 1)
  yield* TestClock.adjust("59 minutes")
  assert.strictEqual(yield* verifyDue, 0)
  yield* identifiesAs(Option.some(adasAccount))
  yield* TestClock.adjust("1 minute")
  yield* refreshesTo({})
  assert.strictEqual(yield* verifyDue, 1)
  assert.deepStrictEqual(yield* stateOf(integration), stands)
  assert.strictEqual(yield* dueIn(integration), aMonth)
  assert.lengthOf(yield* eventsOf(...verified), 1)
})

describe("ReverifyIntegrations, where the provider cannot be asked", () => {
  for (const failure of failures) {
    it.effect(`asks again an hour after a ${failure._tag} at the refresh`, () =>
      Effect.gen(function* () {
        const client = yield* ScriptedOAuthClient
        const integration = yield* connectAMonthAgo()
        yield* client.refresh.next(Effect.fail(failure))
        assert.strictEqual(yield* verifyDue, 1)
        yield* assertAskedAgain(integration)
      }).pipe(inVerified)
    )
  }

  for (const failure of [...failures, new IdentityRejected({ provider })]) {
    it.effect(`asks again an hour after a ${failure._tag} at the account`, () =>
      Effect.gen(function* () {
        const { identify } = yield* ScriptedOAuthClient
        const integration = yield* connectAMonthAgo()
        yield* refreshesTo({})
        yield* identify.next(Effect.fail(failure))
        assert.strictEqual(yield* verifyDue, 1)
        yield* assertAskedAgain(integration)
      }).pipe(inVerified)
    )
  }

  it.effect("asks again an hour later where the token cannot be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connectAMonthAgo()
      yield* faults.next("TokenVault.open", unreadable)
      yield* verifyDue
      yield* assertAskedAgain(integration)
    }).pipe(inVerified)
  )

  it.effect("asks again an hour later where its plugin is not loaded", () => {
    const registered = loaded()
    return Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      const plugins = registered.splice(0)
      assert.strictEqual(yield* verifyDue, 1)
      registered.push(...plugins)
      yield* assertAskedAgain(integration)
    }).pipe(inRegistry(registered))
  })

  it.effect("leaves alone what the terms no longer want verified", () => {
    const registered = loaded()
    return Effect.gen(function* () {
      const integration = yield* connectAMonthAgo()
      for (const { definition } of registered.splice(0, 1)) {
        const { reverifyEvery: _, ...rest } = definition
        registered.push({ ...(registered[0] ?? assert.fail()), definition: rest })
      }
      assert.strictEqual(yield* verifyDue, 1)
      assert.deepStrictEqual(yield* eventsOf(...verified), [])
      assert.deepStrictEqual(yield* stateOf(integration), stands)
    }).pipe(inRegistry(registered))
  })

  it.effect("says that an administrator must act, and asks again an hour later", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* client.refresh.next(Effect.fail(new AdminActionRequired({ provider })))
      yield* verifyDue
      assert.strictEqual((yield* stateOf(integration)).problem?.code, "admin_action_required")
      assert.strictEqual(yield* dueIn(integration), 1)
      yield* identifiesAs(Option.some(adasAccount))
      yield* TestClock.adjust("1 hour")
      yield* refreshesTo({})
      yield* verifyDue
      assert.deepStrictEqual(yield* stateOf(integration), stands)
    }).pipe(inVerified)
  )

  it.effect("asks again about a token that works though it is not renewed", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connectAMonthAgo()
      yield* client.introspect.next(Effect.succeed(Option.some(true)))
      yield* client.refresh.next(Effect.fail(refused))
      yield* verifyDue
      assert.deepInclude(yield* stateOf(integration), { status: "active" })
      assert.strictEqual((yield* stateOf(integration)).problem?.code, "refresh_refused")
      assert.strictEqual(yield* dueIn(integration), 1)
    }).pipe(inVerified)
  )
})

describe("ReverifyIntegrations, where storage fails", () => {
  // A refresh that changes nothing about the integration does not write it
  for (const [operation, ofRefresh] of [
    ["IntegrationRepository.findForUpdate", [Effect.void]],
    ["IntegrationRepository.update", []],
    ["AuditTrail.record", [Effect.void]]
  ] as const) {
    it.effect(`writes all or nothing of what it found at ${operation}, and looks again`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const integration = yield* connectAMonthAgo()
        yield* identifiesAs(Option.some(anAccount()))
        yield* refreshesTo({})
        yield* faults.next(operation, ...ofRefresh, storageDown)
        assert.strictEqual(yield* verifyDue, 1)
        assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
        assert.deepStrictEqual(yield* stateOf(integration), stands)
        yield* assertAskedAgain(integration)
      }).pipe(inVerified)
    )
  }

  it.effect("fails where nothing can be claimed, and nothing is lost", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connectAMonthAgo()
      yield* faults.next("IntegrationRepository.claimUnverifiedAcrossUsers", storageDown)
      assert.strictEqual((yield* Effect.flip(verifyDue))._tag, "RepositoryUnavailable")
      assert.strictEqual(yield* dueIn(integration), 0)
    }).pipe(inVerified)
  )
})

describe("ReverifyIntegrations, overtaken while the provider was asked", () => {
  const asked = Effect.fnUntraced(function* (answer: "stands" | "refused" | "another account") {
    const { identify, revoke } = yield* ScriptedOAuthClient
    const integration = yield* connectAMonthAgo()
    yield* revoke.always(() => Effect.succeed("revoked"))
    yield* refreshesTo({}, {})
    yield* identify.next(
      answer === "refused"
        ? Effect.fail(refused)
        : Effect.succeed(Option.some(answer === "stands" ? adasAccount : anAccount()))
    )
    const gate = yield* identify.hold
    const verifying = yield* Effect.forkChild(verifyDue)
    yield* gate.reached
    return { integration, finish: Effect.andThen(gate.release, Fiber.join(verifying)) }
  })

  for (const answer of ["stands", "refused", "another account"] as const) {
    it.effect(`says nothing of a grant that the user has given meanwhile: ${answer}`, () =>
      Effect.gen(function* () {
        const { finish, integration } = yield* asked(answer)
        yield* TestClock.adjust("1 minute")
        yield* connect({}, { provider })
        yield* finish
        assert.deepStrictEqual(yield* stateOf(integration), stands)
        assert.strictEqual(yield* dueIn(integration), aMonth)
        assert.deepStrictEqual(yield* eventsOf(...verified), [])
        assert.deepStrictEqual((yield* read(integration)).warnings, [])
      }).pipe(inVerified)
    )

    it.effect(`brings no disconnected integration back: ${answer}`, () =>
      Effect.gen(function* () {
        const { finish, integration } = yield* asked(answer)
        yield* disconnect(integration)
        const recorded = yield* events
        yield* finish
        const after = (yield* find(integration)).integration
        assert.deepInclude(after, { status: "disconnected", problem: Option.none(), reverifyAt: Option.none() })
        assert.deepStrictEqual(yield* events, recorded)
      }).pipe(inVerified)
    )
  }

  it.effect("holds what it found of a token that is renewed meanwhile", () =>
    Effect.gen(function* () {
      const { finish, integration } = yield* asked("another account")
      yield* refresh(integration)
      yield* finish
      assert.strictEqual((yield* stateOf(integration)).status, "reauthorization_required")
    }).pipe(inVerified)
  )
})

describe("ReverifyIntegrations, of many", () => {
  const connectMany = (count: number) =>
    Effect.gen(function* () {
      const many = yield* Effect.replicateEffect(
        Effect.suspend(() => connect({ account: anAccount() }, { provider })),
        count
      )
      yield* pass(30)
      const client = yield* ScriptedOAuthClient
      yield* client.identify.always(() => Effect.succeed(Option.none()))
      yield* refreshesTo(...Array.from({ length: 2 * count }, () => ({})))
      return many
    })

  it.effect("takes twenty at a time", () =>
    Effect.gen(function* () {
      yield* connectMany(23)
      assert.deepStrictEqual([yield* verifyDue, yield* verifyDue, yield* verifyDue], [20, 3, 0])
      assert.lengthOf(yield* eventsOf("integration.verified"), 23)
    }).pipe(inVerified)
  )

  it.effect("goes on with the others where one fails, or comes to a defect", () =>
    Effect.gen(function* () {
      const { identify } = yield* ScriptedOAuthClient
      const many = yield* connectMany(6)
      yield* identify.next(Effect.die("a plugin's fault"), Effect.fail(refused))
      assert.strictEqual(yield* verifyDue, 6)
      assert.lengthOf(yield* eventsOf("integration.verified"), 4)
      const due = yield* Effect.forEach(many, dueIn)
      assert.deepStrictEqual(
        due.toSorted((a = 0, b = 0) => a - b),
        [1, aMonth, aMonth, aMonth, aMonth, aMonth]
      )
    }).pipe(inVerified)
  )

  it.effect("verifies each once, however many servers look", () =>
    Effect.gen(function* () {
      yield* connectMany(4)
      const servers = yield* Effect.all(Array.from({ length: 3 }, () => Layer.build(Layer.fresh(Application.layer))))
      const taken = yield* Effect.all(
        servers.map((server) => Context.get(server, ReverifyIntegrations).verifyDue()),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(
        taken.reduce((sum, count) => sum + count, 0),
        4
      )
      assert.lengthOf(yield* eventsOf("integration.verified"), 4)
    }).pipe(inVerified)
  )
})
