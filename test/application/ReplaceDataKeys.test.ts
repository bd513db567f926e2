import { RevocationId, type WrappedDataKey } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { hold, long, persistence } from "../contract/Contract.ts"
import { aCiphertext, aHash, anAuthorization, noPlan } from "../fakes/Samples.ts"
import { recorded } from "../fakes/RecordedLog.ts"
import { Faults, storageDown } from "./Faults.ts"
import {
  a,
  b,
  connect,
  type Connected,
  dataKeyOf,
  inDeployment,
  type Server,
  server,
  started
} from "./KeyDeployment.ts"

const request = Effect.flatMap(persistence, ({ rotation }) => rotation.request)

const remaining = Effect.flatMap(persistence, ({ rotation }) => rotation.remainingAcrossUsers)

/** All secrets of a user as they open, with the user's data key or with the one given. */
const opened = Effect.fnUntraced(function* (
  { vault }: Server,
  { integration, owner, revocation }: Connected,
  dataKey?: WrappedDataKey
) {
  const { outbox, tokens, units } = yield* persistence
  const token = Option.getOrThrow(yield* tokens.find(owner, integration.id))
  yield* units.forUser(owner, outbox.postpone(owner, revocation.id, Duration.zero))
  const due = yield* outbox.claimDueAcrossUsers(1000, long)
  const pending = due.find(({ id }) => id === revocation.id)
  const sealed = [
    ["access_token", 1, token.accessToken],
    ["refresh_token", 1, Option.getOrThrow(token.refreshToken)],
    ["refresh_token", 9, pending?.token ?? aCiphertext()],
    ["access_token", 9, Option.getOrUndefined(pending?.accessToken ?? Option.none()) ?? aCiphertext()]
  ] as const
  return yield* Effect.forEach(sealed, ([field, generation, ciphertext]) =>
    Effect.map(vault.open(tokenContext(integration, field, generation), ciphertext, dataKey), Redacted.value)
  )
})

const secrets = ["access_token 1", "refresh_token 1", "refresh_token 9", "access_token 9"]

describe("replacing data keys", () => {
  it.effect("seals all that a user has under a new key, which alone opens it", () =>
    Effect.gen(function* () {
      const running = yield* started(a)
      const users = [yield* connect(running), yield* connect(running)]
      const before = yield* Effect.forEach(users, dataKeyOf)
      yield* request
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 2, failed: 0 })
      for (const [index, user] of users.entries()) {
        const after = yield* dataKeyOf(user)
        assert.notStrictEqual(after.id, before[index]?.id)
        assert.deepStrictEqual(yield* opened(running, user), secrets)
        assert.include(yield* Effect.flip(opened(running, user, before[index])), { reason: "unknown_key" })
      }
      assert.strictEqual(yield* remaining, 0)
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 0, failed: 0 })
    }).pipe(inDeployment)
  )

  it.effect("does nothing where nobody asked for it", () =>
    Effect.gen(function* () {
      const running = yield* started(a)
      yield* connect(running)
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 0, failed: 0 })
    }).pipe(inDeployment)
  )

  it.effect("wraps the new keys under the primary, in batches", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const first = yield* started(a, b)
      yield* Effect.forEach(Array.from({ length: 150 }), () => connect(first))
      yield* first.promoting.promote("b")
      yield* request
      const running = yield* server(a, b)
      const reports: Array<number> = []
      yield* running.replacing.pass((replaced) => Effect.sync(() => void reports.push(replaced)))
      assert.deepStrictEqual(reports, [100, 150])
      assert.deepStrictEqual(yield* dataKeys.countAcrossUsers, new Map([["b", 150]]))
    }).pipe(inDeployment)
  )

  it.effect("leaves whoever is busy to another pass", () =>
    Effect.gen(function* () {
      const { authorizations, tokens } = yield* persistence
      const running = yield* started(a)
      const [refreshing, connecting, idle] = [yield* connect(running), yield* connect(running), yield* connect(running)]
      const lease = { generation: 1, owner: "a refresher", duration: long }
      yield* tokens.acquireLease(refreshing.owner, refreshing.integration.id, lease)
      const authorization = anAuthorization(connecting.owner)
      yield* authorizations.insert(connecting.owner, authorization, { stateHash: aHash(), flow: aCiphertext() })
      const before = yield* dataKeyOf(refreshing)
      yield* request
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 1, failed: 0 })
      assert.strictEqual(yield* remaining, 2)
      assert.deepStrictEqual(yield* dataKeyOf(refreshing), before)
      assert.deepStrictEqual(yield* opened(running, idle), secrets)
      yield* tokens.releaseLease(refreshing.owner, refreshing.integration.id, lease.owner)
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 1, failed: 0 })
      assert.deepStrictEqual(yield* opened(running, refreshing), secrets)
    }).pipe(inDeployment)
  )

  it.effect("leaves a user whole whose replacement fails midway, and goes on with another pass", () =>
    Effect.gen(function* () {
      const running = yield* started(a)
      const user = yield* connect(running)
      const before = yield* dataKeyOf(user)
      yield* request
      const faults = yield* Faults
      yield* faults.loseAnswer("DataKeyRotation.replace")
      assert.strictEqual((yield* Effect.flip(running.replacing.pass()))._tag, "RepositoryUnavailable")
      assert.deepStrictEqual(yield* dataKeyOf(user), before)
      assert.deepStrictEqual(yield* opened(running, user), secrets)
      yield* faults.next("DataKeyRotation.take", storageDown)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(running.replacing.pass())))
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 1, failed: 0 })
      assert.deepStrictEqual(yield* opened(running, user), secrets)
    }).pipe(inDeployment)
  )

  it.effect("names the data key of a user whose secrets do not open, leaves them alone, and does the others", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const { outbox } = yield* persistence
      const running = yield* started(a)
      const [damaged, whole] = [yield* connect(running), yield* connect(running)]
      const id = RevocationId.make(SecureRandom.uuidV7Unsafe())
      yield* outbox.add(damaged.owner, { ...damaged.revocation, id, token: aCiphertext() }, long)
      const before = yield* dataKeyOf(damaged)
      yield* request
      assert.deepStrictEqual(yield* running.replacing.pass(), { replaced: 1, failed: 1 })
      assert.deepStrictEqual(yield* dataKeyOf(damaged), before)
      assert.deepStrictEqual(yield* opened(running, damaged), secrets)
      assert.deepStrictEqual(yield* opened(running, whole), secrets)
      const errors = lines.filter((line) => line.startsWith("Error"))
      assert.deepStrictEqual(errors, [`Error the data key ${before.id} cannot be replaced: unknown_format`])
    }).pipe(inDeployment, Effect.provide(layer))
  })

  it.effect("is done once for each user, however many servers do it at once", () =>
    Effect.gen(function* () {
      const first = yield* started(a)
      const users = yield* Effect.forEach(Array.from({ length: 30 }), () => connect(first))
      yield* request
      const servers = [first, yield* started(a), yield* started(a)]
      const passes = yield* Effect.forEach(servers, ({ replacing }) => replacing.pass(), { concurrency: "unbounded" })
      assert.strictEqual(
        passes.reduce((sum, { replaced }) => sum + replaced, 0),
        30
      )
      for (const user of users) assert.deepStrictEqual(yield* opened(first, user), secrets)
    }).pipe(inDeployment)
  )

  it.effect("leaves to others the data keys that this server cannot unwrap", () =>
    Effect.gen(function* () {
      yield* connect(yield* started(a))
      yield* request
      const { replacing } = yield* server(b)
      assert.deepStrictEqual(yield* replacing.pass(), { replaced: 0, failed: 0 })
    }).pipe(inDeployment)
  )

  it.effect("does not lose what another unit of work seals meanwhile", () =>
    Effect.gen(function* () {
      const { tokens, units } = yield* persistence
      const running = yield* started(a)
      const user = yield* connect(running)
      const { integration, owner } = user
      yield* request
      const sealing = yield* hold(
        Effect.gen(function* () {
          const token = Option.getOrThrow(yield* tokens.find(owner, integration.id))
          const context = tokenContext(integration, "access_token", 2)
          const accessToken = yield* running.vault.seal(context, Redacted.make("sealed meanwhile"))
          yield* tokens.put(owner, { ...token, generation: 2, accessToken, refreshToken: Option.none() }, noPlan)
        }),
        (work) => units.forUser(owner, work)
      )
      const pass = yield* Effect.forkChild(running.replacing.pass(), { startImmediately: true })
      yield* sealing.end
      assert.deepStrictEqual(yield* Fiber.join(pass), { replaced: 1, failed: 0 })
      const token = Option.getOrThrow(yield* tokens.find(owner, integration.id))
      const context = tokenContext(integration, "access_token", 2)
      assert.strictEqual(Redacted.value(yield* running.vault.open(context, token.accessToken)), "sealed meanwhile")
    }).pipe(inDeployment)
  )
})
