import {
  AuthorizationRepository,
  DataKeyRepository,
  IntegrationRepository,
  RevocationOutbox,
  TokenRepository,
  UnitOfWork
} from "@oauth-manager/application"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Fiber, Layer, Option } from "effect"
import {
  aCiphertext,
  aDataKey,
  aHash,
  anAuthorization,
  anIntegration,
  aRevocation,
  aScope,
  aToken
} from "../fakes/Samples.ts"
import { TestDatabase } from "./TestDatabase.ts"

const minute = Duration.minutes(1)

const ports = Effect.all({
  units: UnitOfWork,
  authorizations: AuthorizationRepository,
  dataKeys: DataKeyRepository,
  integrations: IntegrationRepository,
  outbox: RevocationOutbox,
  tokens: TokenRepository
})

type Ports = Effect.Success<typeof ports>

/** Three servers on one database, each with connections of its own. */
class Servers extends Context.Service<Servers, readonly [Ports, Ports, Ports]>()(
  "@oauth-manager/test/postgres/Servers"
) {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const server = Layer.build(PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url })))).pipe(
        Effect.flatMap((context) => Effect.provide(ports, context))
      )
      return yield* Effect.all([server, server, server])
    })
  ).pipe(Layer.provide(TestDatabase.layer))
}

/** The same call by many callers at once, spread over the servers. */
const everywhere = <A, E, R>(callers: number, call: (server: Ports, index: number) => Effect.Effect<A, E, R>) =>
  Servers.use(([a, b, c]) =>
    Effect.all(
      Array.from({ length: callers }, (_, index) => call([a, b, c][index % 3] ?? a, index)),
      { concurrency: "unbounded" }
    )
  )

const connected = Servers.use(
  Effect.fnUntraced(function* ([{ dataKeys, integrations, tokens }]) {
    const owner = aScope()
    const integration = anIntegration(owner)
    const token = aToken(integration)
    yield* dataKeys.insert(owner, aDataKey())
    yield* integrations.insert(owner, integration)
    yield* tokens.put(owner, token)
    return { integration, owner, token }
  })
)

layer(Servers.layer, { excludeTestServices: true })("Several servers on one database", (it) => {
  it.effect("use a state up once, of 50 callbacks at the same time", () =>
    Effect.gen(function* () {
      const [{ authorizations }] = yield* Servers
      for (let round = 0; round < 5; round++) {
        const authorization = anAuthorization(aScope())
        const stateHash = aHash()
        yield* authorizations.insert(authorization.owner, authorization, { stateHash, flow: aCiphertext() })
        const found = yield* everywhere(50, (server) => server.authorizations.consumeStateAcrossUsers(stateHash))
        assert.deepStrictEqual(found.filter(Option.isSome), [Option.some(authorization)])
      }
    })
  )

  it.effect("give a lease to one refresher, and commit for that one alone, generation after generation", () =>
    Effect.gen(function* () {
      const [{ tokens }] = yield* Servers
      const { integration, owner, token } = yield* connected
      for (let generation = 1; generation <= 5; generation++) {
        const outcomes = yield* everywhere(30, (server, index) =>
          server.tokens.acquireLease(owner, integration.id, {
            generation,
            owner: `refresher ${index}`,
            duration: minute
          })
        )
        assert.lengthOf(
          outcomes.filter((outcome) => outcome === "Acquired"),
          1
        )
        const next = { ...token, generation: generation + 1 }
        const commits = yield* everywhere(30, (server, index) =>
          server.tokens.commitRefresh(owner, next, `refresher ${index}`)
        )
        assert.deepStrictEqual(
          commits,
          outcomes.map((outcome) => outcome === "Acquired")
        )
      }
      assert.deepStrictEqual(
        Option.map(yield* tokens.find(owner, integration.id), (found) => found.generation),
        Option.some(6)
      )
    })
  )

  it.effect("claim 200 due revocations once, without waiting for each other", () =>
    Effect.gen(function* () {
      const [{ outbox, units }, other] = yield* Servers
      const integrations = Array.from({ length: 200 }, () => anIntegration(aScope()))
      yield* Effect.forEach(
        integrations,
        (integration) => outbox.add(integration.owner, aRevocation(integration), Duration.zero),
        { concurrency: 8 }
      )
      const claimed = yield* Deferred.make<ReadonlyArray<string>>()
      const mayEnd = yield* Deferred.make<void>()
      const idsOf = (rows: ReadonlyArray<{ readonly integrationId: string }>) => rows.map((row) => row.integrationId)
      const slow = yield* outbox.claimDueAcrossUsers(50, minute).pipe(
        Effect.tap((rows) => Deferred.succeed(claimed, idsOf(rows))),
        Effect.andThen(Deferred.await(mayEnd)),
        units.acrossUsers,
        Effect.forkChild
      )
      const first = yield* Deferred.await(claimed)
      assert.lengthOf(first, 50)
      const rest = yield* everywhere(10, (server) => server.outbox.claimDueAcrossUsers(20, minute))
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(slow)
      const all = [...first, ...rest.flatMap(idsOf)]
      assert.lengthOf(all, 200)
      assert.deepStrictEqual(new Set(all), new Set(integrations.map(({ id }) => id as string)))
      assert.lengthOf(yield* other.outbox.claimDueAcrossUsers(500, minute), 0)
    })
  )

  it.effect("never deadlock between a disconnection and a refresh, whichever rows they touch first", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 20; round++) {
        const { integration, owner, token } = yield* connected
        const [one, other] = yield* Servers
        yield* one.tokens.acquireLease(owner, integration.id, { generation: 1, owner: "refresher", duration: minute })
        const disconnect = ({ integrations, tokens, units }: Ports) =>
          units.forUser(
            owner,
            Effect.gen(function* () {
              yield* integrations.findForUpdate(owner, integration.id)
              const found = yield* tokens.find(owner, integration.id)
              yield* tokens.destroy(owner, integration.id)
              yield* integrations.update(owner, { ...integration, status: "disconnecting" })
              return Option.map(found, ({ generation }) => generation)
            })
          )
        const refresh = ({ integrations, tokens, units }: Ports) =>
          units.forUser(
            owner,
            Effect.gen(function* () {
              const committed = yield* tokens.commitRefresh(owner, { ...token, generation: 2 }, "refresher")
              yield* integrations.findForUpdate(owner, integration.id)
              return committed
            })
          )
        const [destroyed, committed] = yield* Effect.all([disconnect(one), refresh(other)], {
          concurrency: "unbounded"
        })
        // Either the refresh came first, and the disconnection saw its token, or it came to nothing.
        assert.deepStrictEqual(destroyed, Option.some(committed ? 2 : 1))
        assert.isTrue(Option.isNone(yield* one.tokens.find(owner, integration.id)))
      }
    })
  )

  it.effect("agree on one data key for a user, of 30 that make the first one at once", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const keys = yield* everywhere(30, (server, index) =>
        index % 2 === 0
          ? server.dataKeys.insert(owner, aDataKey())
          : server.units.forUser(owner, server.dataKeys.insert(owner, aDataKey()))
      )
      assert.deepStrictEqual(new Set(keys.map(({ id }) => id)).size, 1)
    })
  )
})
