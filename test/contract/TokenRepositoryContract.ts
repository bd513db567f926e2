import { Integrations } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Result } from "effect"
import { aScope, aToken, strangersTo, noPlan } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"
import { change, connect, integrate } from "./Seed.ts"

export const tokenRepositoryContract = contract<PersistencePorts>("TokenRepository", (it) => {
  it.effect("reads all that a release needs at once", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { dataKey, integration, token } = yield* connect(owner)
      const reading = {
        provider: integration.provider,
        status: integration.status,
        requestedScopes: integration.requestedScopes,
        grantedScopes: integration.grantedScopes,
        surplusScopes: integration.surplusScopes,
        consentedScopes: integration.consentedScopes,
        scopesInUse: integration.scopesInUse,
        policy: {},
        token: Option.some({ token, dataKey })
      }
      assert.deepStrictEqual(yield* tokens.read(owner, integration.id), Option.some(reading))
      const problem = { code: "grant_revoked", since: integration.connectedAt } as const
      const ailing = yield* change(integration, (before) =>
        Result.getOrThrow(Integrations.requireReauthorization(before, problem))
      )
      assert.deepStrictEqual(
        yield* tokens.read(owner, integration.id),
        Option.some({ ...reading, status: ailing.status })
      )
    })
  )

  it.effect("reads and finds every field of a token", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { dataKey, integration, token } = yield* connect(owner)
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.some(token))
      const sparse = aToken(integration, {
        generation: 2,
        tokenType: "mac",
        refreshToken: Option.none(),
        expiresAt: Option.none(),
        obtainedAt: DateTime.makeUnsafe("2026-01-02T03:04:05.678Z")
      })
      const full = aToken(integration, {
        generation: 3,
        refreshExpiresAt: Option.some(DateTime.makeUnsafe("2027-01-02T03:04:05.678Z"))
      })
      for (const next of [sparse, full]) {
        yield* tokens.put(owner, next, noPlan)
        assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.some(next))
        const reading = Option.getOrThrow(yield* tokens.read(owner, integration.id))
        assert.deepStrictEqual(reading.token, Option.some({ token: next, dataKey }))
      }
    })
  )

  it.effect("reads a disconnected integration without a token", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { integration } = yield* connect(owner)
      yield* change(integration, (before) => Result.getOrThrow(Integrations.beginDisconnect(before)))
      yield* tokens.destroy(owner, integration.id)
      yield* change(integration, (before) => Result.getOrThrow(Integrations.disconnect(before, "revoked")))
      const reading = Option.getOrThrow(yield* tokens.read(owner, integration.id))
      assert.strictEqual(reading.status, "disconnected")
      assert.deepStrictEqual(reading.token, Option.none())
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.none())
    })
  )

  it.effect("reads an integration that has no token yet, and none that the user does not have", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { id } = yield* integrate(owner)
      assert.deepStrictEqual(Option.getOrThrow(yield* tokens.read(owner, id)).token, Option.none())
      for (const stranger of strangersTo(owner)) {
        yield* connect(stranger)
        assert.deepStrictEqual(yield* tokens.read(stranger, id), Option.none())
      }
    })
  )

  it.effect("puts a newer generation over an older one, and refuses the same or an older one", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const integration = yield* integrate(owner)
      const token = (generation: number) => aToken(integration, { generation })
      assert.isTrue(yield* tokens.put(owner, token(1), noPlan))
      assert.isFalse(yield* tokens.put(owner, token(1), noPlan))
      const third = token(3)
      assert.isTrue(yield* tokens.put(owner, third, noPlan))
      assert.isFalse(yield* tokens.put(owner, token(3), noPlan))
      assert.isFalse(yield* tokens.put(owner, token(2), noPlan))
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.some(third))
    })
  )

  it.effect("of 20 that put a generation at once one does", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { integration } = yield* connect(owner)
      const candidates = Array.from({ length: 20 }, () => aToken(integration, { generation: 2 }))
      const puts = yield* Effect.forEach(candidates, (token) => tokens.put(owner, token, noPlan), {
        concurrency: "unbounded"
      })
      const winner = candidates[puts.indexOf(true)]
      assert.lengthOf(
        puts.filter((put) => put),
        1
      )
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.fromUndefinedOr(winner))
    })
  )

  it.effect("destroys the ciphertexts, and again without harm", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const owner = aScope()
      const { integration } = yield* connect(owner)
      const other = yield* connect(owner)
      yield* tokens.destroy(owner, integration.id)
      yield* tokens.destroy(owner, integration.id)
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.none())
      assert.deepStrictEqual(Option.getOrThrow(yield* tokens.read(owner, integration.id)).token, Option.none())
      assert.deepStrictEqual(yield* tokens.find(owner, other.integration.id), Option.some(other.token))
    })
  )
})
