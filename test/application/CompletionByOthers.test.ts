import type { Caller, UserScope } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { aSecret } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import {
  ada,
  anAnswer,
  type Authorized,
  authorize,
  bob,
  byAda,
  byAdmin,
  byBob,
  byNamesake,
  byService,
  complete,
  namesake,
  start,
  stored
} from "./Journey.ts"
import { actions, endings, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { plain, revokeCalls } from "./Tokens.ts"

const others: ReadonlyArray<readonly [who: string, caller: Caller, user: UserScope]> = [
  ["another user, under their own name", byBob, bob],
  ["another user, under the name of the one who began", byBob, ada],
  ["a namesake in another tenant", byNamesake, namesake],
  ["a namesake in another tenant, under the name of the one who began", byNamesake, ada],
  ["a service of the same tenant", byService, ada],
  ["an admin of the same tenant", byAdmin, ada]
]

const rowOf = ({ authorization }: Authorized) =>
  Effect.map(stored, ({ authorizations }) => Option.getOrThrow(HashMap.get(authorizations, authorization.id)))

const exchanges = Effect.flatMap(ScriptedOAuthClient, ({ exchange }) => exchange.calls)

describe("CompleteAuthorization, by anyone but the user who began it", () => {
  for (const [who, caller, user] of others) {
    it.effect(`destroys the code that ${who} presents the right token for, and says that there is none`, () =>
      Effect.gen(function* () {
        const authorized = yield* authorize()
        assert.strictEqual((yield* Effect.flip(complete(authorized, caller, user)))._tag, "NotFound")
        const row = yield* rowOf(authorized)
        assert.strictEqual(row.authorization.status, "failed")
        assert.deepStrictEqual(row.authorization.error, Option.some("wrong_user" as const))
        assert.isTrue(Option.isNone(row.parked) && Option.isNone(row.flow))

        const [event] = yield* eventsOf("authorization.completion_refused")
        assert.deepEqual(event?.actor?.scope, caller.scope)
        assert.strictEqual(event?.object.id, authorized.authorization.id)
        assert.deepEqual(yield* endings("authorization.completion_refused"), [
          { outcome: "failure", reason: "wrong_user" }
        ])

        const late = yield* Effect.flip(complete(authorized))
        assert.deepInclude(late, {
          _tag: "AuthorizationNotReady",
          status: "failed",
          error: Option.some("wrong_user" as const)
        })
        assert.deepStrictEqual(yield* exchanges, [])
        assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
      }).pipe(inApplication)
    )

    it.effect(`changes nothing for a wrong token that ${who} presents`, () =>
      Effect.gen(function* () {
        const { exchange } = yield* ScriptedOAuthClient
        const authorized = yield* authorize()
        const before = yield* stored
        const guess = { ...authorized, completionToken: aSecret() }
        assert.strictEqual((yield* Effect.flip(complete(guess, caller, user)))._tag, "NotFound")
        assert.strictEqual((yield* stored).authorizations, before.authorizations)
        assert.deepStrictEqual(yield* actions, ["authorization.started", "authorization.authorized"])
        yield* exchange.next(Effect.succeed(anAnswer()))
        assert.strictEqual((yield* complete(authorized)).integration.status, "active")
      }).pipe(inApplication)
    )
  }

  for (const user of [bob, namesake]) {
    it.effect(
      `leaves the code alone where the owner presents it under ${user === bob ? "Bob" : "a namesake"}'s name`,
      () =>
        Effect.gen(function* () {
          const { exchange } = yield* ScriptedOAuthClient
          const authorized = yield* authorize()
          const before = yield* stored
          assert.strictEqual((yield* Effect.flip(complete(authorized, byAda, user)))._tag, "NotFound")
          assert.strictEqual((yield* stored).authorizations, before.authorizations)
          assert.deepStrictEqual(yield* eventsOf("authorization.completion_refused"), [])
          yield* exchange.next(Effect.succeed(anAnswer()))
          assert.strictEqual((yield* complete(authorized)).integration.status, "active")
        }).pipe(inApplication)
    )
  }

  it.effect("is audited once, however often the right token is presented", () =>
    Effect.gen(function* () {
      const authorized = yield* authorize()
      yield* Effect.all(
        Array.from({ length: 10 }, () => Effect.flip(complete(authorized, byBob, bob))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* eventsOf("authorization.completion_refused")).length, 1)
    }).pipe(inApplication)
  )

  it.effect("leaves alone an authorization that is pending or has ended", () =>
    Effect.gen(function* () {
      const { exchange } = yield* ScriptedOAuthClient
      const pending = yield* start()
      const completed = yield* authorize()
      yield* exchange.next(Effect.succeed(anAnswer()))
      yield* complete(completed)
      const before = yield* stored
      const refusals = [
        yield* Effect.flip(complete({ ...pending, completionToken: pending.state }, byBob, bob)),
        yield* Effect.flip(complete(completed, byBob, bob))
      ]
      assert.deepStrictEqual(
        refusals.map(({ _tag }) => _tag),
        ["NotFound", "NotFound"]
      )
      assert.strictEqual((yield* stored).authorizations, before.authorizations)
    }).pipe(inApplication)
  )

  it.effect("wins over a completion in flight: the tokens are revoked, and nothing is connected", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const answer = anAnswer()
      const authorized = yield* authorize()
      yield* client.exchange.next(Effect.succeed(answer))
      yield* client.revoke.next(Effect.succeed("revoked"))
      const gate = yield* client.exchange.hold
      const completing = yield* Effect.forkChild(Effect.flip(complete(authorized)))
      yield* gate.reached
      yield* Effect.flip(complete(authorized, byBob, bob))
      yield* gate.release
      assert.deepInclude(yield* Fiber.join(completing), { _tag: "AuthorizationNotReady", status: "failed" })
      const { consents, integrations, tokens } = yield* stored
      assert.deepStrictEqual([HashMap.size(integrations), HashMap.size(tokens), HashMap.size(consents)], [0, 0, 0])
      assert.deepStrictEqual(yield* revokeCalls, [[plain(answer.refreshToken), "refresh_token"]])
      assert.deepStrictEqual(yield* eventsOf("authorization.completed"), [])
    }).pipe(inApplication)
  )

  it.effect("knows no authorization that never was", () =>
    Effect.gen(function* () {
      const { authorization, completionToken } = yield* authorize()
      const unheardOf = { ...authorization, id: (yield* start()).authorization.id }
      const refused = yield* Effect.flip(complete({ authorization: unheardOf, completionToken }, byBob, bob))
      assert.strictEqual(refused._tag, "NotFound")
      assert.deepStrictEqual(yield* eventsOf("authorization.completion_refused"), [])
    }).pipe(inApplication)
  )
})
