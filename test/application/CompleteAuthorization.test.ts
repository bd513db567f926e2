import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, HashMap, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, adasAccount, anAnswer, authorize, byAda, byAuditor, complete, start, stored } from "./Journey.ts"
import { actions, events } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { find, plain, read, revokeCalls } from "./Tokens.ts"

const notes = [...scopes("openid", "email", "profile", "offline_access"), ...scopes("sandbox.notes.read")]

const exchangesTo = Effect.fnUntraced(function* (...answers: ReadonlyArray<ReturnType<typeof anAnswer>>) {
  const { exchange } = yield* ScriptedOAuthClient
  yield* exchange.next(...answers.map((answer) => Effect.succeed(answer)))
})

const exchanges = Effect.flatMap(ScriptedOAuthClient, ({ exchange }) => exchange.calls)

describe("CompleteAuthorization", () => {
  it.effect("redeems the parked code with the secrets of its own flow", () =>
    Effect.gen(function* () {
      yield* exchangesTo(anAnswer())
      const authorized = yield* authorize()
      yield* complete(authorized)
      const calls = yield* exchanges
      assert.strictEqual(calls.length, 1)
      const [registered, code, flow, context] = calls[0] ?? assert.fail("no exchange")
      assert.strictEqual(registered.definition.id, "sandbox")
      assert.strictEqual(Redacted.value(code), Redacted.value(authorized.code))
      assert.match(Redacted.value(flow.codeVerifier), /^[\w-]{43}$/)
      assert.notStrictEqual(Redacted.value(flow.codeVerifier), Redacted.value(flow.nonce))
      assert.deepStrictEqual(context, { redirectUri: "https://oauth.test/v1/callback/sandbox", scopes: notes })
    }).pipe(inApplication)
  )

  it.effect("connects the account with what was granted, and lets its token be read", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      yield* exchangesTo(answer)
      const { integration, token } = yield* complete(yield* authorize({ features: features("sandbox.notes.read") }))
      assert.deepInclude(integration, {
        owner: ada,
        account: adasAccount,
        status: "active",
        requestedScopes: notes,
        grantedScopes: notes,
        surplusScopes: [],
        features: features("sandbox.notes.read"),
        problem: Option.none(),
        revocation: Option.none()
      })
      assert.deepEqual(yield* find(integration), {
        integration,
        features: features("sandbox.notes.read"),
        token,
        warnings: [],
        incident: Option.none(),
        action: Option.none()
      })
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepInclude(released, { tokenType: "Bearer", scopes: notes, refreshed: false, warnings: [] })
    }).pipe(inApplication)
  )

  it.effect("counts the token's life from the answer on", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 day")
      yield* exchangesTo(anAnswer({ expiresIn: Option.some(Duration.minutes(30)) }))
      const { token } = yield* complete(yield* authorize())
      const { expiresAt, obtainedAt } = Option.getOrThrow(token)
      assert.strictEqual(DateTime.toEpochMillis(obtainedAt), Duration.toMillis("1 day"))
      assert.strictEqual(
        DateTime.toEpochMillis(Option.getOrThrow(expiresAt)),
        Duration.toMillis("1 day") + Duration.toMillis("30 minutes")
      )
    }).pipe(inApplication)
  )

  it.effect("writes integration, token, consent, authorization and audit events", () =>
    Effect.gen(function* () {
      yield* exchangesTo(anAnswer())
      const authorized = yield* authorize()
      const { integration } = yield* complete(authorized)
      const rows = yield* stored
      const [consent] = HashMap.toValues(rows.consents)
      assert.deepEqual(consent === undefined ? {} : { ...consent, id: undefined, grantedAt: undefined }, {
        id: undefined,
        owner: ada,
        provider: integration.provider,
        integrationId: integration.id,
        authorizationId: authorized.authorization.id,
        requested: notes,
        granted: notes,
        denied: [],
        feature: Option.none(),
        purpose: Option.none(),
        text: Option.none(),
        origin: { client: Option.none(), address: Option.none(), agent: Option.none() },
        grantedAt: undefined,
        withdrawal: Option.none()
      })
      const row = Option.getOrThrow(HashMap.get(rows.authorizations, authorized.authorization.id))
      assert.strictEqual(row.authorization.status, "completed")
      assert.deepStrictEqual(row.authorization.integrationId, Option.some(integration.id))
      assert.isTrue(Option.isNone(row.parked) && Option.isNone(row.flow) && Option.isNone(row.claim))
      assert.deepStrictEqual(yield* actions, [
        "authorization.started",
        "authorization.authorized",
        "authorization.completed",
        "integration.connected",
        "consent.granted"
      ])
      const completed = (yield* events).slice(2)
      assert.isTrue(completed.every(({ actor, requestId }) => actor?.scope === ada && requestId === byAda.requestId))
    }).pipe(inApplication)
  )

  it.effect("keeps no secret where anybody could read it", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      yield* exchangesTo(answer)
      const authorized = yield* authorize()
      yield* complete(authorized)
      const dump = JSON.stringify([yield* stored, yield* events])
      for (const secret of [
        answer.accessToken,
        Option.getOrThrow(answer.refreshToken),
        authorized.code,
        authorized.completionToken,
        authorized.state
      ]) {
        assert.notInclude(dump, Redacted.value(secret))
      }
    }).pipe(inApplication)
  )

  it.effect("refuses a wrong completion token, and redeems nothing", () =>
    Effect.gen(function* () {
      const authorized = yield* authorize()
      for (const wrong of ["", Redacted.value(authorized.completionToken).slice(1), Redacted.value(authorized.state)]) {
        const refused = yield* Effect.flip(complete({ ...authorized, completionToken: Redacted.make(wrong) }))
        assert.strictEqual(refused._tag, "CompletionTokenInvalid")
      }
      assert.deepStrictEqual(yield* exchanges, [])
      yield* exchangesTo(anAnswer())
      assert.strictEqual((yield* complete(authorized)).integration.status, "active")
    }).pipe(inApplication)
  )

  it.effect("refuses to complete before the user came back", () =>
    Effect.gen(function* () {
      const { state, ...started } = yield* start()
      const refused = yield* Effect.flip(complete({ ...started, completionToken: state }))
      assert.deepInclude(refused, { _tag: "AuthorizationNotReady", status: "pending", integrationId: Option.none() })
    }).pipe(inApplication)
  )

  it.effect("refuses to complete after ten minutes", () =>
    Effect.gen(function* () {
      const authorized = yield* authorize()
      yield* TestClock.adjust("10 minutes")
      const refused = yield* Effect.flip(complete(authorized))
      assert.deepInclude(refused, { _tag: "AuthorizationNotReady", status: "expired" })
      assert.deepStrictEqual(yield* exchanges, [])
    }).pipe(inApplication)
  )

  it.effect("refuses to complete twice, and says which integration it led to", () =>
    Effect.gen(function* () {
      yield* exchangesTo(anAnswer())
      const authorized = yield* authorize()
      const { integration } = yield* complete(authorized)
      const before = yield* stored
      const refused = yield* Effect.flip(complete(authorized))
      assert.deepInclude(refused, {
        _tag: "AuthorizationNotReady",
        status: "completed",
        integrationId: Option.some(integration.id)
      })
      assert.strictEqual((yield* exchanges).length, 1)
      assert.strictEqual(yield* stored, before)
    }).pipe(inApplication)
  )

  it.effect("redeems the code once, however many requests complete at the same time", () =>
    Effect.gen(function* () {
      yield* exchangesTo(anAnswer())
      const authorized = yield* authorize()
      const results = yield* Effect.all(
        Array.from({ length: 20 }, () => Effect.result(complete(authorized))),
        { concurrency: "unbounded" }
      )
      const tags = results.map((result) => (result._tag === "Success" ? "completed" : result.failure._tag))
      assert.strictEqual(tags.filter((tag) => tag === "completed").length, 1)
      assert.strictEqual(tags.filter((tag) => tag === "CompletionInProgress").length, 19)
      assert.strictEqual((yield* exchanges).length, 1)
      assert.strictEqual(HashMap.size((yield* stored).integrations), 1)
    }).pipe(inApplication)
  )

  it.effect("refuses a caller who may not change integrations, and keeps the code for one who may", () =>
    Effect.gen(function* () {
      yield* exchangesTo(anAnswer())
      const authorized = yield* authorize()
      const refused = yield* Effect.flip(complete(authorized, byAuditor))
      assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "integrations:write" })
      assert.strictEqual((yield* complete(authorized)).integration.status, "active")
    }).pipe(inApplication)
  )

  it.effect("stores the grant though the caller hangs up during the exchange", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* exchangesTo(anAnswer())
      const gate = yield* client.exchange.hold
      const authorized = yield* authorize()
      const request = yield* Effect.forkChild(complete(authorized))
      yield* gate.reached
      const hangUp = yield* Effect.forkChild(Fiber.interrupt(request))
      yield* gate.release
      yield* Fiber.join(hangUp)
      const { integrations, tokens } = yield* stored
      assert.strictEqual(HashMap.size(integrations), 1)
      assert.strictEqual(HashMap.size(tokens), 1)
      assert.strictEqual((yield* Effect.flip(complete(authorized)))._tag, "AuthorizationNotReady")
    }).pipe(inApplication)
  )

  it.effect("takes over from a request that hangs, and discards what that one comes back with", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const late = anAnswer()
      const authorized = yield* authorize()
      const gate = yield* client.exchange.hold
      yield* exchangesTo(late, anAnswer())
      const hanging = yield* Effect.forkChild(Effect.flip(complete(authorized)))
      yield* gate.reached
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Effect.flip(complete(authorized)))._tag, "CompletionInProgress")
      yield* TestClock.adjust("1 second")
      const { integration } = yield* complete(authorized)
      const before = yield* stored

      yield* client.revoke.next(Effect.succeed("revoked"))
      yield* gate.release
      assert.deepInclude(yield* Fiber.join(hanging), {
        _tag: "AuthorizationNotReady",
        status: "completed",
        integrationId: Option.some(integration.id)
      })
      assert.strictEqual((yield* stored).tokens, before.tokens)
      assert.deepStrictEqual(yield* revokeCalls, [[plain(late.refreshToken), "refresh_token"]])
    }).pipe(inApplication)
  )
})
