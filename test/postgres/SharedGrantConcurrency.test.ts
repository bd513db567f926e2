import { Application, ReturnUrls } from "@oauth-manager/application"
import * as AuditPorts from "./AuditPorts.ts"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ada, anAnswer, authorize, byAda, complete } from "../application/Journey.ts"
import { confirmed, connectFor, mail, videos } from "../application/SharedGrant.ts"
import { disconnect, find, refresh } from "../application/Tokens.ts"
import { hold, persistence } from "../contract/Contract.ts"
import * as InMemoryErasureList from "../fakes/InMemoryErasureList.ts"
import * as InMemoryKeyManagement from "../fakes/InMemoryKeyManagement.ts"
import * as InMemoryFeatureRegistry from "../fakes/InMemoryFeatureRegistry.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import * as InMemoryRefreshJournal from "../fakes/InMemoryRefreshJournal.ts"
import * as InMemoryRefreshSignals from "../fakes/InMemoryRefreshSignals.ts"
import * as InMemoryTokenVault from "../fakes/InMemoryTokenVault.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aTokenAnswer } from "../fakes/Samples.ts"
import * as ScriptedOAuthClient from "../fakes/ScriptedOAuthClient.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const Ports = Layer.mergeAll(
  InMemoryTokenVault.layer,
  InMemoryKeyManagement.layer,
  InMemoryFeatureRegistry.layer([mail, videos]),
  InMemoryProviderRegistry.layer([mail, videos]),
  InMemoryFeatureRegistry.layer([mail, videos]),
  ScriptedOAuthClient.layer,
  InMemoryErasureList.layer,
  InMemoryRefreshJournal.layer,
  InMemoryRefreshSignals.layer,
  Layer.succeed(ReturnUrls, { allowed: [returnTo] })
).pipe(Layer.provideMerge(AuditPorts.layer), Layer.provideMerge(portsLayer))

const application = Application.layer.pipe(Layer.provideMerge(Ports), Layer.provideMerge(NodeCrypto.layer))

const providerAnswers = Effect.gen(function* () {
  const client = yield* ScriptedOAuthClient.ScriptedOAuthClient
  yield* client.refresh.always(() => Effect.sync(() => aTokenAnswer()))
  yield* client.revoke.always(() => Effect.succeed("revoked"))
})

/** How a call ended; a deadlock would be `RepositoryUnavailable`. */
const outcome = <A, E extends { readonly _tag: string }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.match(call, { onFailure: ({ _tag }) => _tag, onSuccess: () => "Success" })

const expected = ["Success", "Disconnected", "ReauthorizationRequired"]

const statusOf = (integration: Parameters<typeof find>[0]) =>
  Effect.map(find(integration), (found) => found.integration.status)

const eventsAbout = ({ id }: Parameters<typeof find>[0]) =>
  TestDatabase.use(
    ({ superuser }) => superuser<{ action: string }>`SELECT action FROM oauth_manager.audit_events
      WHERE object_id = ${id} ORDER BY sequence`
  ).pipe(Effect.map((rows) => rows.map(({ action }) => action)))

const countOf = (actions: ReadonlyArray<string>, action: string) => actions.filter((other) => other === action).length

layer(application, { excludeTestServices: true })("Integrations of one grant, on one database", (it) => {
  it.effect("never deadlock when all are disconnected and refreshed at once, and end once each", () =>
    Effect.gen(function* () {
      yield* providerAnswers
      for (let round = 0; round < 10; round++) {
        const person = `person-${round}`
        const family = [
          yield* connectFor(person, "mail"),
          yield* connectFor(person, "videos"),
          yield* connectFor(person, "videos")
        ]
        const calls = family.flatMap((integration) => [
          outcome(disconnect(integration, byAda, ada, confirmed)),
          outcome(refresh(integration))
        ])
        const outcomes = yield* Effect.all([...calls, ...calls.toReversed()], { concurrency: "unbounded" })
        assert.includeMembers(expected, outcomes)
        for (const integration of family) {
          assert.strictEqual(yield* statusOf(integration), "disconnected")
          const actions = yield* eventsAbout(integration)
          assert.strictEqual(countOf(actions, "integration.disconnecting"), 1)
          assert.strictEqual(countOf(actions, "integration.disconnected"), 1)
          assert.isAtMost(countOf(actions, "integration.reauthorization_required"), 1)
        }
      }
    })
  )

  it.effect("are locked with those that have ended, so that all lock them in one order whenever they look", () =>
    Effect.gen(function* () {
      yield* providerAnswers
      const { integrations, units } = yield* persistence
      const { superuser } = yield* TestDatabase
      const [letters, channel] = [yield* connectFor("locked", "mail"), yield* connectFor("locked", "videos")]
      yield* disconnect(letters, byAda, ada, confirmed)
      const lock = integrations.findBySubjectForUpdate(ada, [letters.provider, channel.provider], "locked")
      const { answer, end } = yield* hold(lock, (work) => units.forUser(ada, work))
      assert.deepStrictEqual(
        answer.map(({ id }) => id),
        [channel.id]
      )
      const isFree = ({ id }: { readonly id: string }) =>
        Effect.isSuccess(superuser`SELECT FROM oauth_manager.integrations WHERE id = ${id} FOR NO KEY UPDATE NOWAIT`)
      assert.deepStrictEqual([yield* isFree(letters), yield* isFree(channel)], [false, false])
      yield* end
      assert.deepStrictEqual([yield* isFree(letters), yield* isFree(channel)], [true, true])
    })
  )

  it.effect("never deadlock when one is disconnected while the other is connected again and refreshed", () =>
    Effect.gen(function* () {
      yield* providerAnswers
      const client = yield* ScriptedOAuthClient.ScriptedOAuthClient
      for (let round = 0; round < 10; round++) {
        const person = `another-${round}`
        const [letters, channel] = [yield* connectFor(person, "mail"), yield* connectFor(person, "videos")]
        const again = yield* authorize({ provider: "videos" })
        yield* client.exchange.next(Effect.succeed(anAnswer({ account: channel.account })))
        const outcomes = yield* Effect.all(
          [
            outcome(disconnect(letters, byAda, ada, confirmed)),
            outcome(complete(again)),
            outcome(refresh(channel)),
            outcome(refresh(letters))
          ],
          { concurrency: "unbounded" }
        )
        assert.includeMembers(expected, outcomes)
        assert.strictEqual(yield* statusOf(letters), "disconnected")
        assert.include(["active", "reauthorization_required"], yield* statusOf(channel))
      }
    })
  )
})
