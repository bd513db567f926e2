import { ProviderUnavailable, RetryRevocations } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { aRegisteredProvider } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { anAnswer, connect, stored } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication, layerOf } from "./TestApplication.ts"
import { disconnect, find, plain, revokeCalls } from "./Tokens.ts"

const down = Effect.fail(
  new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() })
)

const retryDue = RetryRevocations.use((useCase) => useCase.retryDue())

const revocationOf = (integration: Parameters<typeof find>[0]) =>
  Effect.map(find(integration), ({ integration: { revocation, status } }) => [status, Option.getOrNull(revocation)])

const outboxSize = Effect.map(stored, ({ revocations }) => HashMap.size(revocations))

/** An integration that was disconnected while the provider was down. */
const disconnectedWhileDown = Effect.fnUntraced(function* () {
  const { revoke } = yield* ScriptedOAuthClient
  const answer = anAnswer()
  const integration = yield* connect(answer)
  yield* revoke.always(() => down)
  yield* disconnect(integration)
  return { integration, secret: plain(answer.refreshToken) }
})

describe("RetryRevocations", () => {
  it.effect("has nothing to do where nothing is pending", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* retryDue, 0)
    }).pipe(inApplication)
  )

  it.effect("row 57: revokes when the provider is back after an hour, once", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const { integration, secret } = yield* disconnectedWhileDown()
      assert.strictEqual(yield* retryDue, 0)
      yield* revoke.always(() => Effect.succeed("revoked"))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* retryDue, 1)
      assert.deepStrictEqual(yield* revokeCalls, [
        [secret, "refresh_token"],
        [secret, "refresh_token"]
      ])
      assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "revoked"])
      assert.strictEqual(yield* outboxSize, 0)
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* retryDue, 0)
      assert.deepStrictEqual(yield* disconnect(integration), {
        id: integration.id,
        revocation: "revoked",
        manageAccess: []
      })
      assert.strictEqual((yield* revokeCalls).length, 2)
    }).pipe(inApplication)
  )

  it.effect("puts on record, as the service's own doing, how it ended, and not each try", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* disconnectedWhileDown()
      yield* TestClock.adjust("1 hour")
      yield* retryDue
      yield* revoke.always(() => Effect.succeed("revoked"))
      yield* TestClock.adjust("1 hour")
      yield* retryDue
      const recorded = yield* eventsOf("integration.disconnected")
      assert.deepStrictEqual(
        recorded.map(({ actor, reason, requestId }) => [actor?.role, reason, requestId === "background"]),
        [
          ["user", "pending", false],
          [undefined, "revoked", true]
        ]
      )
    }).pipe(inApplication)
  )

  it.effect("waits twice as long after each try, up to six hours", () =>
    Effect.gen(function* () {
      yield* disconnectedWhileDown()
      const delays: ReadonlyArray<Duration.Input> = [
        "30 seconds",
        "1 minute",
        "2 minutes",
        "4 minutes",
        "8 minutes",
        "16 minutes",
        "32 minutes",
        "64 minutes",
        "128 minutes",
        "256 minutes",
        "6 hours",
        "6 hours"
      ]
      for (const delay of delays) {
        yield* TestClock.adjust(delay)
        yield* TestClock.adjust(-1)
        assert.strictEqual(yield* retryDue, 0, `before ${delay}`)
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* retryDue, 1, `after ${delay}`)
      }
      assert.strictEqual((yield* revokeCalls).length, delays.length + 1)
    }).pipe(inApplication)
  )

  it.effect("leaves to the request that disconnects the first try", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* revoke.next(Effect.succeed("revoked"))
      const gate = yield* revoke.hold
      const request = yield* Effect.forkChild(disconnect(integration))
      yield* gate.reached
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* retryDue, 0)
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(request)).revocation, "revoked")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* retryDue, 0)
      assert.strictEqual((yield* revokeCalls).length, 1)
    }).pipe(inApplication)
  )

  const stops = [
    ["TokenVault.open", [storageDown]],
    ["UnitOfWork.forUser", [Effect.void, storageDown]]
  ] as const

  for (const [operation, faults] of stops) {
    it.effect(`ends what a server left behind that stopped in the middle, at ${operation}`, () =>
      Effect.gen(function* () {
        const { next } = yield* Faults
        const { revoke } = yield* ScriptedOAuthClient
        const integration = yield* connect()
        yield* revoke.always(() => Effect.succeed("revoked"))
        yield* next(operation, ...faults)
        assert.strictEqual((yield* Effect.flip(disconnect(integration)))._tag, "RepositoryUnavailable")
        assert.deepStrictEqual(yield* revocationOf(integration), ["disconnecting", null])
        assert.deepStrictEqual(yield* disconnect(integration), {
          id: integration.id,
          revocation: "pending",
          manageAccess: []
        })
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* retryDue, 1)
        assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "revoked"])
      }).pipe(inApplication)
    )
  }

  it.effect("tries what is due once, however many servers look", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* disconnectedWhileDown()
      yield* revoke.always(() => Effect.succeed("revoked"))
      yield* TestClock.adjust("1 hour")
      const taken = yield* Effect.all(
        Array.from({ length: 10 }, () => retryDue),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        taken.toSorted((a, b) => b - a),
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      )
      assert.strictEqual((yield* revokeCalls).length, 2)
    }).pipe(inApplication)
  )

  it.effect("settles where the provider turns out to have no revocation", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const { integration } = yield* disconnectedWhileDown()
      yield* revoke.always(() => Effect.succeed("unsupported"))
      yield* TestClock.adjust("1 hour")
      yield* retryDue
      assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "unsupported"])
      assert.strictEqual(yield* outboxSize, 0)
    }).pipe(inApplication)
  )

  it.effect("keeps trying where the kept token cannot be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { revoke } = yield* ScriptedOAuthClient
      const { integration } = yield* disconnectedWhileDown()
      yield* revoke.always(() => Effect.succeed("revoked"))
      yield* TestClock.adjust("1 hour")
      yield* faults.next("TokenVault.open", unreadable)
      yield* retryDue
      assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "pending"])
      yield* TestClock.adjust("1 hour")
      yield* retryDue
      assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "revoked"])
    }).pipe(inApplication)
  )

  const loaded = [aRegisteredProvider()]

  it.effect("waits for a plugin that is no longer loaded", () =>
    Effect.gen(function* () {
      const { integration } = yield* disconnectedWhileDown()
      loaded.pop()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* retryDue, 1)
      assert.deepStrictEqual(yield* revocationOf(integration), ["disconnected", "pending"])
      assert.strictEqual((yield* revokeCalls).length, 1)
      assert.strictEqual(yield* outboxSize, 1)
    }).pipe(Effect.provide(layerOf(loaded), { local: true }))
  )
})
