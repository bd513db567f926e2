import { Application, ReturnUrls } from "@oauth-manager/application"
import * as AuditPorts from "./AuditPorts.ts"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { advanceDue, erase } from "../application/Erasing.ts"
import { ada, anAnswer, authorize, complete, start } from "../application/Journey.ts"
import { disconnect, read, refresh } from "../application/Tokens.ts"
import * as InMemoryErasureList from "../fakes/InMemoryErasureList.ts"
import * as InMemoryKeyManagement from "../fakes/InMemoryKeyManagement.ts"
import * as InMemoryFeatureRegistry from "../fakes/InMemoryFeatureRegistry.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import * as InMemoryRefreshJournal from "../fakes/InMemoryRefreshJournal.ts"
import * as InMemoryTokenVault from "../fakes/InMemoryTokenVault.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { anAccount, aRegisteredProvider, aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import * as ScriptedClient from "../fakes/ScriptedOAuthClient.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const Ports = Layer.mergeAll(
  InMemoryTokenVault.layer,
  InMemoryKeyManagement.layer,
  InMemoryProviderRegistry.layer([aRegisteredProvider()]),
  InMemoryFeatureRegistry.layer([aRegisteredProvider()]),
  ScriptedClient.layer,
  InMemoryErasureList.layer,
  InMemoryRefreshJournal.layer,
  Layer.succeed(ReturnUrls, { allowed: [returnTo] })
).pipe(Layer.provideMerge(AuditPorts.layer), Layer.provideMerge(portsLayer))

const application = Application.layer.pipe(Layer.provideMerge(Ports), Layer.provideMerge(NodeCrypto.layer))

const providerAnswers = Effect.gen(function* () {
  const client = yield* ScriptedOAuthClient
  yield* client.refresh.always(() => Effect.sync(() => aTokenAnswer()))
  yield* client.exchange.always(() => Effect.sync(() => anAnswer({ account: anAccount() })))
  yield* client.revoke.always(() => Effect.succeed("revoked"))
})

/** How a call ended; a deadlock would be `RepositoryUnavailable`. */
const outcome = <A, E extends { readonly _tag: string }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.match(call, { onFailure: ({ _tag }) => _tag, onSuccess: () => "Success" })

const expected = new Set([
  "Success",
  "AuthorizationNotReady",
  "CompletionInProgress",
  "Disconnected",
  "ErasureInProgress",
  "NotFound"
])

const owned = ["users", "data_keys", "integrations", "tokens", "authorizations", "pending_revocations"]

/** In which tables Ada stands, by her id. */
const namesAda = Effect.gen(function* () {
  const { superuser } = yield* TestDatabase
  const found = yield* Effect.forEach(owned, (table) =>
    Effect.map(
      superuser`SELECT 1 FROM ${superuser(`oauth_manager.${table}`)} WHERE user_id = ${ada.user}`,
      ({ length }) => (length > 0 ? [table] : [])
    )
  )
  return found.flat()
})

/** As if a while had passed since it began. */
const letTimePass = TestDatabase.use(
  ({ superuser }) => superuser`UPDATE oauth_manager.erasures SET due_at = now(), in_flight_until = now()
    WHERE erased_at IS NULL`
)

layer(application, { excludeTestServices: true })("An erasure, on one database", (it) => {
  it.effect("never deadlocks with what the user does meanwhile, and leaves nothing of it", () =>
    Effect.gen(function* () {
      yield* providerAnswers
      for (let round = 0; round < 10; round++) {
        const connected = yield* Effect.forEach([1, 2, 3], () =>
          Effect.flatMap(authorize(), (authorized) => complete(authorized))
        )
        const waiting = yield* Effect.forEach([1, 2, 3], () => authorize())
        const calls = [
          ...connected.flatMap(({ integration }) => [
            outcome(refresh(integration)),
            outcome(read(integration)),
            outcome(disconnect(integration))
          ]),
          ...waiting.map((authorized) => outcome(complete(authorized))),
          outcome(start())
        ]
        const erasing = outcome(erase())
        const outcomes = yield* Effect.all([...calls, erasing, ...calls.toReversed(), erasing], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(
          outcomes.filter((one) => !expected.has(one)),
          []
        )
        for (let turn = 0; turn < 3 && (yield* namesAda).length > 0; turn++) {
          yield* letTimePass
          yield* advanceDue
          yield* outcome(erase())
        }
        assert.deepStrictEqual(yield* namesAda, [])
      }
    })
  )
})
