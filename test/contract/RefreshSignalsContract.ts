import { RefreshSignals, type TokenRepository } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { contract, long, persistence, type PersistencePorts } from "./Contract.ts"
import { connect } from "./Seed.ts"

type Tokens = TokenRepository["Service"]

/** Whatever ends a lease that another was told of. */
const ends: Record<string, (tokens: Tokens, integration: Integration) => Effect.Effect<unknown, unknown>> = {
  "a commit": (tokens, integration) =>
    tokens.commitRefresh(integration.owner, aToken(integration, { generation: 2 }), "a", noPlan),
  "its release": (tokens, { id, owner }) => tokens.releaseLease(owner, id, "a"),
  "a failure": (tokens, { id, owner }) =>
    tokens.failRefresh(owner, id, { owner: "a", retryIn: Duration.zero, inDoubt: false }),
  "a new authorization": (tokens, integration) =>
    tokens.put(integration.owner, aToken(integration, { generation: 2 }), noPlan),
  "its end": (tokens, { id, owner }) => tokens.destroy(owner, id)
}

export const refreshSignalsContract = contract<PersistencePorts>("RefreshSignals", (it) => {
  for (const [name, end] of Object.entries(ends)) {
    it.effect(`wakes whoever was told that the lease is held, by ${name}`, () =>
      Effect.gen(function* () {
        const { tokens } = yield* persistence
        const signals = yield* RefreshSignals
        const { integration } = yield* connect(aScope())
        const { id, owner } = integration
        yield* tokens.acquireLease(owner, id, { generation: 1, owner: "a", duration: long })
        const signal = yield* signals.listen(id)
        const outcome = yield* tokens.acquireLease(owner, id, { generation: 1, owner: "b", duration: long })
        assert.strictEqual(outcome._tag, "Held")
        const waiting = yield* Effect.forkChild(signal)
        yield* end(tokens, integration)
        yield* Effect.timeout(Fiber.join(waiting), "10 seconds")
      }).pipe(Effect.scoped)
    )
  }
})
