import type { DueDataKeys, StoredSecret } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { Authorizations, Integrations } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Option, Result } from "effect"
import {
  aCiphertext,
  aDataKey,
  aHash,
  aKeyId,
  anAuthorization,
  anIntegration,
  aRevocation,
  aScope,
  aToken,
  noPlan,
  strangersTo
} from "../fakes/Samples.ts"
import { assertDefect, contract, hold, long, over, persistence, type PersistencePorts } from "./Contract.ts"

/** A user with a data key under a key of their own, an integration with its token, and a pending revocation. */
const connected = Effect.gen(function* () {
  const { dataKeys, integrations, keys, outbox, tokens } = yield* persistence
  const owner = aScope()
  const keyId = aKeyId()
  yield* keys.register(keyId, aHash())
  const dataKey = yield* dataKeys.insert(owner, aDataKey({ keyId }))
  const integration = anIntegration(owner)
  yield* integrations.insert(owner, integration)
  const token = aToken(integration, { generation: 7 })
  yield* tokens.put(owner, token, noPlan)
  const revocation = { ...aRevocation(integration), accessToken: Option.some(aCiphertext()) }
  yield* outbox.add(owner, revocation, long)
  return { owner, keyId, dataKey, integration, token, revocation }
})

const sealedAnew = ({ context, holder, id, slot }: StoredSecret): StoredSecret => ({
  context,
  holder,
  id,
  slot,
  sealed: aCiphertext()
})

const due = (keyId: string, more: Partial<DueDataKeys> = {}) =>
  Effect.flatMap(persistence, ({ rotation }) =>
    rotation.findDueAcrossUsers({ limit: 10, keyIds: [keyId], except: [], ...more })
  )

const take = (owner: UserScope) =>
  Effect.flatMap(persistence, ({ rotation, units }) => units.forUser(owner, rotation.take(owner)))

const bySlot = (secrets: ReadonlyArray<StoredSecret>) =>
  new Map(secrets.map((secret) => [`${secret.holder} ${secret.slot}`, secret]))

/** Other tests on the same storage may ask for rotations too: each looks at users of its own. */
export const dataKeyRotationContract = contract<PersistencePorts>("DataKeyRotation", (it) => {
  it.effect("finds the data keys that were there when it was asked for, the oldest first, and no later ones", () =>
    Effect.gen(function* () {
      const { dataKeys, rotation } = yield* persistence
      const first = yield* connected
      const owner = aScope()
      const second = yield* dataKeys.insert(owner, aDataKey({ keyId: first.keyId }))
      const begun = DateTime.subtract(yield* DateTime.now, { seconds: 5 })
      yield* rotation.request
      assert.isTrue(Option.exists(yield* rotation.requestedAt, (at) => DateTime.isGreaterThan(at, begun)))
      const later = aDataKey({ keyId: first.keyId })
      yield* dataKeys.insert(aScope(), later)
      const found = [
        { owner: first.owner, dataKey: first.dataKey },
        { owner, dataKey: second }
      ]
      assert.deepStrictEqual(yield* due(first.keyId), found)
      assert.deepStrictEqual(yield* due(first.keyId, { limit: 1 }), found.slice(0, 1))
      assert.deepStrictEqual(yield* due(first.keyId, { except: [first.dataKey.id] }), found.slice(1))
      assert.deepStrictEqual(yield* due(first.keyId, { keyIds: [] }), [])
      assert.isAtLeast(yield* rotation.remainingAcrossUsers, 2)
    })
  )

  it.effect("takes every secret with the context in which it opens", () =>
    Effect.gen(function* () {
      const { rotation } = yield* persistence
      const { dataKey, integration, owner, revocation, token } = yield* connected
      yield* rotation.request
      const taken = Option.getOrThrow(yield* take(owner))
      assert.deepStrictEqual(taken.dataKey, dataKey)
      const context = (field: StoredSecret["context"]["field"], generation: number) => ({
        owner,
        object: integration.id,
        field,
        generation
      })
      assert.deepStrictEqual(
        bySlot(taken.secrets),
        bySlot([
          {
            holder: "token",
            id: integration.id,
            slot: "access_token",
            context: context("access_token", 7),
            sealed: token.accessToken
          },
          {
            holder: "token",
            id: integration.id,
            slot: "refresh_token",
            context: context("refresh_token", 7),
            sealed: Option.getOrThrow(token.refreshToken)
          },
          {
            holder: "revocation",
            id: revocation.id,
            slot: "token",
            context: context(revocation.tokenTypeHint, revocation.generation),
            sealed: revocation.token
          },
          {
            holder: "revocation",
            id: revocation.id,
            slot: "access_token",
            context: context("access_token", revocation.generation),
            sealed: Option.getOrThrow(revocation.accessToken)
          }
        ])
      )
      assert.lengthOf(taken.secrets, 4)
    })
  )

  it.effect("replaces the key and each secret, and is over for the user", () =>
    Effect.gen(function* () {
      const { dataKeys, rotation, tokens, units } = yield* persistence
      const { integration, keyId, owner, token } = yield* connected
      yield* rotation.request
      const remaining = yield* rotation.remainingAcrossUsers
      const next = aDataKey({ keyId })
      const replaced = yield* units.forUser(
        owner,
        Effect.gen(function* () {
          const { secrets } = Option.getOrThrow(yield* rotation.take(owner))
          const anew = secrets.map(sealedAnew)
          yield* rotation.replace(owner, next, anew)
          return bySlot(anew)
        })
      )
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(next))
      assert.deepStrictEqual(yield* due(keyId), [])
      assert.deepStrictEqual(yield* take(owner), Option.none())
      assert.isBelow(yield* rotation.remainingAcrossUsers, remaining)
      assert.deepStrictEqual(
        yield* tokens.find(owner, integration.id),
        Option.some({
          ...token,
          accessToken: replaced.get("token access_token")?.sealed,
          refreshToken: Option.fromUndefinedOr(replaced.get("token refresh_token")?.sealed)
        })
      )
      const reading = Option.getOrThrow(
        (yield* Effect.map(tokens.read(owner, integration.id), Option.getOrThrow)).token
      )
      assert.deepStrictEqual(reading.dataKey, next)
      const pending = yield* takeRevocations(owner)
      assert.deepStrictEqual(pending.get("token"), replaced.get("revocation token")?.sealed)
      assert.deepStrictEqual(pending.get("access_token"), replaced.get("revocation access_token")?.sealed)
    })
  )

  it.effect("changes nothing where its unit of work fails", () =>
    Effect.gen(function* () {
      const { dataKeys, rotation, tokens, units } = yield* persistence
      const { dataKey, integration, keyId, owner, token } = yield* connected
      yield* rotation.request
      const work = Effect.gen(function* () {
        const { secrets } = Option.getOrThrow(yield* rotation.take(owner))
        yield* rotation.replace(owner, aDataKey({ keyId }), secrets.map(sealedAnew))
        return yield* Effect.fail("broken off")
      })
      assert.strictEqual(yield* Effect.flip(units.forUser(owner, work)), "broken off")
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(dataKey))
      assert.deepStrictEqual(yield* tokens.find(owner, integration.id), Option.some(token))
      assert.lengthOf(yield* due(keyId), 1)
    })
  )

  it.effect("takes nothing of a user for another, nor outside of a unit of work of theirs", () =>
    Effect.gen(function* () {
      const { rotation, units } = yield* persistence
      const { owner } = yield* connected
      yield* rotation.request
      for (const stranger of strangersTo(owner)) {
        assert.deepStrictEqual(yield* take(stranger), Option.none())
        assertDefect(yield* Effect.exit(units.forUser(stranger, rotation.take(owner))))
      }
    })
  )

  it.effect("leaves a user alone while a lease is held, and while a refresh of a living integration is in doubt", () =>
    Effect.gen(function* () {
      const { integrations, rotation, tokens, units } = yield* persistence
      const { integration, keyId, owner } = yield* connected
      yield* rotation.request
      const isLeft = Effect.gen(function* () {
        assert.deepStrictEqual(yield* due(keyId), [])
        assert.deepStrictEqual(yield* take(owner), Option.none())
      })
      const lease = { generation: 7, owner: "a refresher", duration: over }
      yield* tokens.acquireLease(owner, integration.id, lease)
      yield* isLeft
      const failed = { owner: lease.owner, retryIn: Duration.zero, inDoubt: true }
      yield* tokens.failRefresh(owner, integration.id, failed)
      yield* isLeft
      yield* units.forUser(
        owner,
        Effect.gen(function* () {
          const found = Option.getOrThrow(yield* integrations.findForUpdate(owner, integration.id))
          const problem = { code: "rotation_in_doubt", since: yield* DateTime.now } as const
          yield* integrations.update(owner, Result.getOrThrow(Integrations.requireReauthorization(found, problem)))
        })
      )
      assert.lengthOf(yield* due(keyId), 1)
      assert.isTrue(Option.isSome(yield* take(owner)))
    })
  )

  it.effect("leaves a user alone who connects an account at this moment", () =>
    Effect.gen(function* () {
      const { authorizations, rotation } = yield* persistence
      const { keyId, owner } = yield* connected
      yield* rotation.request
      const authorization = anAuthorization(owner)
      yield* authorizations.insert(owner, authorization, { stateHash: aHash(), flow: aCiphertext() })
      assert.deepStrictEqual(yield* due(keyId), [])
      assert.deepStrictEqual(yield* take(owner), Option.none())
      yield* authorizations.finish(owner, Result.getOrThrow(Authorizations.expire(authorization)))
      assert.lengthOf(yield* due(keyId), 1)
    })
  )

  it.effect("holds off whoever wants to seal or to refresh, until the unit has ended", () =>
    Effect.gen(function* () {
      const { dataKeys, rotation, tokens, units } = yield* persistence
      const { dataKey, integration, keyId, owner } = yield* connected
      yield* rotation.request
      const next = aDataKey({ keyId })
      const replacing = yield* hold(Effect.andThen(rotation.take(owner), rotation.replace(owner, next, [])), (work) =>
        units.forUser(owner, work)
      )
      const sealing = yield* Effect.forkChild(units.forUser(owner, dataKeys.findForSealing(owner)), {
        startImmediately: true
      })
      const lease = { generation: 7, owner: "a refresher", duration: long }
      const refreshing = yield* Effect.forkChild(
        tokens.acquireLease(owner, integration.id, { ...lease, dataKeyId: dataKey.id }),
        { startImmediately: true }
      )
      yield* replacing.end
      assert.deepStrictEqual(yield* Fiber.join(sealing), Option.some(next))
      assert.deepStrictEqual(yield* Fiber.join(refreshing), { _tag: "Superseded" })
      const { _tag } = yield* tokens.acquireLease(owner, integration.id, { ...lease, dataKeyId: next.id })
      assert.strictEqual(_tag, "Acquired")
    })
  )

  it.effect("waits for whoever seals", () =>
    Effect.gen(function* () {
      const { dataKeys, rotation, tokens, units } = yield* persistence
      const { integration, owner, token } = yield* connected
      yield* rotation.request
      const newer = { ...token, generation: 8, accessToken: aCiphertext() }
      const sealing = yield* hold(
        Effect.andThen(dataKeys.findForSealing(owner), tokens.put(owner, newer, noPlan)),
        (work) => units.forUser(owner, work)
      )
      const taking = yield* Effect.forkChild(take(owner), { startImmediately: true })
      yield* sealing.end
      const { secrets } = Option.getOrThrow(yield* Fiber.join(taking))
      assert.deepStrictEqual(bySlot(secrets).get("token access_token")?.sealed, newer.accessToken)
      assert.strictEqual(bySlot(secrets).get("token access_token")?.id, integration.id)
    })
  )
})

/** The sealed secrets of a user's revocations, by slot, as another rotation would find them. */
const takeRevocations = Effect.fnUntraced(function* (owner: UserScope) {
  const { rotation } = yield* persistence
  yield* rotation.request
  const { secrets } = Option.getOrThrow(yield* take(owner))
  return new Map(secrets.filter(({ holder }) => holder === "revocation").map(({ sealed, slot }) => [slot, sealed]))
})
