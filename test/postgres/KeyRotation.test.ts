import type { WrappedDataKey } from "@oauth-manager/application"
import type { Integration, UserScope } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Option, Redacted, Ref } from "effect"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { aCaller, aDataKey, aHash, aKeyId, anIntegration, aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { randomKey } from "../vault/VaultFixture.ts"
import { type KeyServer, keyServer } from "./KeyServers.ts"
import { TestDatabase } from "./TestDatabase.ts"

const [a, b] = [randomKey("a"), randomKey("b")]

const withDatabase = Effect.provide(TestDatabase.layer)

/** Stores a token of the next generation, as a refresh does. */
const renew = ({ ports, vault }: KeyServer, integration: Integration) =>
  ports.units.forUser(
    integration.owner,
    Effect.gen(function* () {
      const { id, owner } = integration
      yield* ports.integrations.findForUpdate(owner, id)
      const held = yield* ports.tokens.find(owner, id)
      const generation = 1 + Option.match(held, { onNone: () => 0, onSome: (token) => token.generation })
      const sealed = (field: "access_token" | "refresh_token") =>
        vault.seal(tokenContext(integration, field, generation), Redacted.make(`${field} ${generation}`))
      const token = aToken(integration, {
        generation,
        accessToken: yield* sealed("access_token"),
        refreshToken: yield* Effect.asSome(sealed("refresh_token"))
      })
      yield* ports.tokens.put(owner, token, noPlan)
    })
  )

const connect = Effect.fnUntraced(function* (server: KeyServer) {
  const integration = anIntegration(aScope())
  yield* server.ports.integrations.insert(integration.owner, integration)
  yield* renew(server, integration)
  return integration
})

/** Reads a token as a release does: in one query, with the data key that was read with it. */
const read = Effect.fnUntraced(function* ({ ports, vault }: KeyServer, integration: Integration) {
  const reading = Option.getOrThrow(yield* ports.tokens.read(integration.owner, integration.id))
  const { dataKey, token } = Option.getOrThrow(reading.token)
  const context = tokenContext(integration, "access_token", token.generation)
  const opened = Redacted.value(yield* vault.open(context, token.accessToken, dataKey))
  assert.strictEqual(opened, `access_token ${token.generation}`)
})

const users = (server: KeyServer, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, () => aScope()),
    (owner) => Effect.flatMap(server.vault.makeDataKey(owner), (key) => server.ports.dataKeys.insert(owner, key)),
    { concurrency: 4 }
  )

describe("the rotation of keys, on one database", () => {
  it.live("is guarded by the database itself: no key goes that is in use, and none comes that it does not know", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const server = yield* keyServer(a)
      yield* connect(server)
      const refused = [
        superuser`DELETE FROM oauth_manager.vault_keys WHERE id = 'a'`,
        superuser`UPDATE oauth_manager.data_keys SET key_id = 'x'`
      ]
      for (const statement of refused) {
        const { reason } = yield* Effect.flip(statement)
        assert.strictEqual(reason._tag, "ConstraintError")
      }
    }).pipe(withDatabase)
  )

  it.live("lists the key of a server of the version before, which adds none itself; but none that was retired", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const { ports } = yield* keyServer(a)
      const insert = ({ id, keyId, wrapped }: WrappedDataKey, { tenant, user }: UserScope) =>
        superuser`INSERT INTO oauth_manager.data_keys (id, tenant_id, user_id, key_id, wrapped)
          VALUES (${id}, ${tenant}, ${user}, ${keyId}, ${wrapped})`
      yield* insert(aDataKey({ keyId: "x" }), aScope())
      const listed = (yield* ports.keys.list).find(({ id }) => id === "x")
      assert.deepInclude(listed, { canary: Option.none(), promotedAt: Option.none() })

      yield* ports.keys.register("y", aHash())
      yield* ports.keys.retire("y")
      const { reason } = yield* Effect.flip(insert(aDataKey({ keyId: "y" }), aScope()))
      assert.strictEqual(reason._tag, "ConstraintError")
    }).pipe(withDatabase)
  )

  it.live("keeps a first data key that another server made a moment before until what it seals is stored", () =>
    Effect.gen(function* () {
      const { ports } = yield* keyServer(a)
      const other = yield* keyServer(a)
      const owner = aScope()
      const first = yield* ports.dataKeys.insert(owner, aDataKey({ keyId: "a" }))
      yield* ports.rotation.request
      const [inserted, mayEnd] = [yield* Deferred.make<WrappedDataKey>(), yield* Deferred.make<void>()]
      const sealing = yield* ports.units
        .forUser(
          owner,
          Effect.gen(function* () {
            yield* Deferred.succeed(inserted, yield* ports.dataKeys.insert(owner, aDataKey({ keyId: "a" })))
            yield* Deferred.await(mayEnd)
          })
        )
        .pipe(Effect.forkChild)
      assert.deepStrictEqual(yield* Deferred.await(inserted), first)
      const taking = yield* Effect.forkChild(other.ports.units.forUser(owner, other.ports.rotation.take(owner)))
      yield* Effect.sleep("300 millis")
      const isWaiting = taking.pollUnsafe() === undefined
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(sealing)
      assert.isTrue(isWaiting, "whoever replaces the key waits")
      assert.isTrue(Option.isSome(yield* Fiber.join(taking)))
    }).pipe(withDatabase)
  )

  it.live("never retires a key under which a data key is stored at the same moment", () =>
    Effect.gen(function* () {
      const { ports } = yield* keyServer(a)
      const other = yield* keyServer(a)
      const ends = { retired: 0, stored: 0 }
      for (let round = 0; round < 30; round++) {
        const keyId = aKeyId()
        yield* ports.keys.register(keyId, aHash())
        const owner = aScope()
        const [retired, stored] = yield* Effect.all(
          [
            Effect.isSuccess(ports.keys.retire(keyId)),
            Effect.isSuccess(other.ports.dataKeys.insert(owner, aDataKey({ keyId })))
          ],
          { concurrency: "unbounded" }
        )
        assert.notStrictEqual(retired, stored)
        assert.strictEqual(Option.isSome(yield* ports.dataKeys.find(owner)), stored)
        if (retired) ends.retired++
        else ends.stored++
      }
      assert.strictEqual(ends.retired + ends.stored, 30)
    }).pipe(withDatabase)
  )

  it.live("rewraps each data key once, by three servers at once, while data keys are made", () =>
    Effect.gen(function* () {
      const servers = [yield* keyServer(a, b), yield* keyServer(a, b), yield* keyServer(a, b)] as const
      const [first, second] = servers
      yield* users(first, 500)
      yield* first.promoting.promote("b")
      const [passes] = yield* Effect.all(
        [
          Effect.forEach(servers, ({ rewrapping }) => rewrapping.pass(), { concurrency: "unbounded" }),
          users(second, 50)
        ],
        { concurrency: "unbounded" }
      )
      const last = yield* first.rewrapping.pass()
      const rewrapped = [...passes, last].reduce((sum, pass) => sum + pass.rewrapped, 0)
      const counts = yield* first.ports.dataKeys.countAcrossUsers
      assert.deepStrictEqual(counts, new Map([["b", 550]]))
      // What was made under the new primary meanwhile needs none
      assert.isAtLeast(rewrapped, 500)
      assert.isAtMost(rewrapped, 550)
      yield* first.retiring.retire("a")
    }).pipe(withDatabase)
  )

  it.live("replaces data keys beside reads and refreshes of the same users: none fails, and nothing is lost", () =>
    Effect.gen(function* () {
      const servers = [yield* keyServer(a), yield* keyServer(a), yield* keyServer(a)] as const
      const [first, second, third] = servers
      const integrations = yield* Effect.forEach(Array.from({ length: 8 }), () => connect(first))
      const [reads, renewals] = [yield* Ref.make(0), yield* Ref.make(0)]
      const traffic = yield* Effect.forEach(
        integrations,
        (integration) =>
          Effect.all(
            [
              Effect.forever(
                Effect.tap(
                  read(second, integration),
                  Ref.update(reads, (n) => n + 1)
                )
              ),
              Effect.forever(
                Effect.tap(
                  renew(third, integration),
                  Ref.update(renewals, (n) => n + 1)
                )
              )
            ],
            { concurrency: "unbounded" }
          ),
        { concurrency: "unbounded" }
      ).pipe(Effect.forkChild)
      let replaced = 0
      for (let round = 0; round < 5; round++) {
        yield* first.ports.rotation.request
        while ((yield* first.ports.rotation.remainingAcrossUsers) > 0) {
          const passes = yield* Effect.forEach([first, second], ({ replacing }) => replacing.pass(), {
            concurrency: "unbounded"
          })
          for (const pass of passes) {
            assert.strictEqual(pass.failed, 0)
            replaced += pass.replaced
          }
        }
      }
      assert.isUndefined(traffic.pollUnsafe(), "the traffic goes on")
      yield* Fiber.interrupt(traffic)
      assert.strictEqual(replaced, 5 * integrations.length)
      assert.isAbove(yield* Ref.get(reads), 50)
      assert.isAbove(yield* Ref.get(renewals), 20)
      const fresh = yield* keyServer(a)
      for (const integration of integrations) yield* read(fresh, integration)
    }).pipe(withDatabase)
  )

  it.live("gives no lease on a token that was sealed anew since it was read", () =>
    Effect.gen(function* () {
      const server = yield* keyServer(a)
      const { ports, replacing } = server
      const integration = yield* connect(server)
      const { id, owner } = integration
      const reading = Option.getOrThrow(yield* ports.tokens.read(owner, id))
      const dataKeyId = Option.getOrThrow(reading.token).dataKey.id
      yield* ports.rotation.request
      yield* replacing.pass()
      const lease = { generation: 1, owner: "a refresher", duration: Duration.seconds(10) }
      const acquire = (key: string) => ports.tokens.acquireLease(owner, id, { ...lease, dataKeyId: key })
      assert.deepStrictEqual(yield* acquire(dataKeyId), { _tag: "Superseded" })
      const current = Option.getOrThrow(yield* ports.dataKeys.find(owner))
      assert.strictEqual((yield* acquire(current.id))._tag, "Acquired")
    }).pipe(withDatabase)
  )

  it.live("puts what was asked for on the audit trail", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const { rotating } = yield* keyServer(a)
      const caller = aCaller(aScope(), { roles: ["admin"] })
      yield* rotating.request(caller, { dataKeys: true })
      const events = yield* superuser`SELECT action, object_type, object_id, reason FROM oauth_manager.audit_events`
      assert.deepStrictEqual(events, [
        { action: "key.rotation_requested", object_type: "key", object_id: "a", reason: "data_keys" }
      ])
    }).pipe(withDatabase)
  )
})
