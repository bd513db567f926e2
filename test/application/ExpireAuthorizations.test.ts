import { ExpireAuthorizations } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown } from "./Faults.ts"
import {
  ada,
  anAnswer,
  authorize,
  bob,
  byBob,
  byNamesake,
  comeBack,
  complete,
  connect,
  namesake,
  start,
  type Started,
  stored
} from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { plain, revokeCalls } from "./Tokens.ts"

const expireStale = ExpireAuthorizations.use((useCase) => useCase.expireStale())

const rowOf = ({ authorization }: Pick<Started, "authorization">) =>
  Effect.map(
    InMemoryStore.use((store) => store.read(authorization.owner, (rows) => rows)),
    ({ authorizations }) => Option.getOrThrow(HashMap.get(authorizations, authorization.id))
  )

describe("ExpireAuthorizations", () => {
  it.effect("ends what was not finished in ten minutes, whoever began it, and destroys its secrets", () =>
    Effect.gen(function* () {
      const pending = [yield* start(), yield* start({}, byBob, bob), yield* start({}, byNamesake, namesake)]
      const authorized = [yield* authorize(), yield* authorize({}, byBob, bob)]
      yield* TestClock.adjust("10 minutes")
      yield* expireStale
      for (const begun of [...pending, ...authorized]) {
        const row = yield* rowOf(begun)
        assert.strictEqual(row.authorization.status, "expired")
        const secrets = [row.stateHash, row.flow, row.parked, row.claim]
        assert.isTrue(secrets.every((secret: Option.Option<unknown>) => Option.isNone(secret)))
      }
      for (const begun of pending) assert.strictEqual((yield* Effect.flip(comeBack(begun)))._tag, "UnknownState")
      for (const begun of authorized.slice(0, 1)) {
        const refused = yield* Effect.flip(complete(begun))
        assert.deepInclude(refused, { _tag: "AuthorizationNotReady", status: "expired" })
      }
    }).pipe(inApplication)
  )

  it.effect("leaves alone what is in time or has ended otherwise", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const denied = yield* start()
      yield* comeBack(denied, { error: "access_denied" })
      yield* TestClock.adjust("1 millis")
      const young = [yield* start(), yield* authorize()]
      yield* TestClock.adjust(10 * 60_000 - 1)
      const before = yield* stored
      yield* expireStale
      const after = yield* stored
      assert.isTrue(
        HashMap.every(after.authorizations, (row, id) => Option.contains(HashMap.get(before.authorizations, id), row))
      )
      assert.deepStrictEqual(
        HashMap.toValues(after.authorizations)
          .map(({ authorization: { status } }) => status)
          .toSorted(),
        ["authorized", "completed", "failed", "pending"]
      )
      assert.strictEqual((yield* comeBack(young[0] ?? assert.fail()))._tag, "Authorized")
      assert.isTrue(HashMap.has(after.integrations, integration.id))
    }).pipe(inApplication)
  )

  it.effect("is no longer the business of whoever begins another", () =>
    Effect.gen(function* () {
      const abandoned = yield* start()
      yield* TestClock.adjust("10 minutes")
      yield* start()
      assert.isTrue(Option.isSome((yield* rowOf(abandoned)).flow))
    }).pipe(inApplication)
  )

  it.effect("ends a completion whose provider takes too long: its tokens are revoked, and nothing is connected", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const answer = anAnswer()
      const authorized = yield* authorize()
      yield* client.exchange.next(Effect.succeed(answer))
      yield* client.revoke.next(Effect.succeed("revoked"))
      const gate = yield* client.exchange.hold
      const completing = yield* Effect.forkChild(Effect.flip(complete(authorized)))
      yield* gate.reached
      yield* TestClock.adjust("10 minutes")
      yield* expireStale
      yield* gate.release
      assert.deepInclude(yield* Fiber.join(completing), { _tag: "AuthorizationNotReady", status: "expired" })
      assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
      assert.deepStrictEqual(yield* revokeCalls, [[plain(answer.refreshToken), "refresh_token"]])
      assert.deepStrictEqual(yield* eventsOf("authorization.completed"), [])
    }).pipe(inApplication)
  )

  it.effect("says that storage is down", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const begun = yield* start()
      yield* TestClock.adjust("10 minutes")
      yield* faults.next("AuthorizationRepository.expireStaleAcrossUsers", storageDown)
      assert.strictEqual((yield* Effect.flip(expireStale))._tag, "RepositoryUnavailable")
      yield* expireStale
      assert.strictEqual((yield* rowOf(begun)).authorization.status, "expired")
      assert.deepEqual(begun.authorization.owner, ada)
    }).pipe(inApplication)
  )
})
