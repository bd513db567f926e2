import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap } from "effect"
import { TestClock } from "effect/testing"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { remove } from "../fakes/Rows.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults } from "./Faults.ts"
import { ada, connect, stored } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { disconnect, read, refreshCalls, revokeCalls } from "./Tokens.ts"

/** All that is stored of an integration goes, but for a revocation that is under way. */
const erase = ({ id }: Integration) =>
  InMemoryStore.use((store) =>
    store.write(ada, (rows, { sees }) => [
      undefined,
      { ...rows, integrations: remove(rows.integrations, id, sees), tokens: remove(rows.tokens, id, sees) }
    ])
  )

describe("An integration that is erased meanwhile", () => {
  it.effect("is not found by the one who disconnects it, and nothing is revoked", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      const gate = yield* faults.hold("UnitOfWork.forUser")
      const disconnecting = yield* Effect.forkChild(Effect.flip(disconnect(integration)))
      yield* gate.reached
      yield* erase(integration)
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(disconnecting))._tag, "NotFound")
      assert.deepStrictEqual(yield* revokeCalls, [])
      assert.strictEqual(HashMap.size((yield* stored).revocations), 0)
    }).pipe(inApplication)
  )

  it.effect("has its token revoked all the same, and comes back by nothing that is written then", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* revoke.next(Effect.succeed("revoked"))
      const gate = yield* revoke.hold
      const disconnecting = yield* Effect.forkChild(disconnect(integration))
      yield* gate.reached
      yield* erase(integration)
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(disconnecting)).revocation, "revoked")
      const rows = yield* stored
      assert.deepStrictEqual([HashMap.size(rows.integrations), HashMap.size(rows.revocations)], [0, 0])
      assert.deepStrictEqual(yield* eventsOf("integration.disconnected"), [])
    }).pipe(inApplication)
  )

  it.effect("is revoked without a look for what shares its grant, which nobody knows any more", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const integration = yield* connect({}, { provider: "incremental" })
      yield* faults.next("IntegrationRepository.find", Effect.void)
      const gate = yield* faults.hold("IntegrationRepository.find")
      const disconnecting = yield* Effect.forkChild(disconnect(integration))
      yield* gate.reached
      yield* erase(integration)
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(disconnecting)).revocation, "revoked")
    }).pipe(inApplication)
  )

  it.effect("is not found by the one whose token should be renewed, and the provider is not asked", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* faults.next("TokenRepository.read", Effect.void)
      const gate = yield* faults.hold("TokenRepository.read")
      const reading = yield* Effect.forkChild(Effect.flip(read(integration)))
      yield* gate.reached
      yield* erase(integration)
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(reading))._tag, "NotFound")
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )
})
