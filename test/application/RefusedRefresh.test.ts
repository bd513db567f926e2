import { GrantRefused, ProviderMisconfigured, ProviderUnavailable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, unreadable } from "./Faults.ts"
import { anAnswer, connect } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { leaseOf, read, refresh, stateOf } from "./Tokens.ts"

const provider = "sandbox"
const refused = (claims?: string) => new GrantRefused({ provider, ...(claims === undefined ? {} : { claims }) })

const refusesWith = (...failures: ReadonlyArray<GrantRefused>) =>
  Effect.flatMap(ScriptedOAuthClient, (client) => client.refresh.next(...failures.map((one) => Effect.fail(one))))

const introspects = (isActive: boolean) =>
  Effect.flatMap(ScriptedOAuthClient, ({ introspect }) =>
    introspect.always(() => Effect.succeed(Option.some(isActive)))
  )

const at = (seconds: number) => DateTime.makeUnsafe(seconds * 1000)

describe("A refresh that is refused", () => {
  const refusedNearTheEnd = Effect.fnUntraced(function* (claims?: string) {
    const answer = anAnswer()
    const integration = yield* connect(answer)
    yield* TestClock.adjust("3590 seconds")
    yield* refusesWith(refused(claims))
    return { answer, integration }
  })

  it.effect("leaves a token in use that the provider still honours, and wants the user soon", () =>
    Effect.gen(function* () {
      const { introspect } = yield* ScriptedOAuthClient
      yield* introspects(true)
      const { answer, integration } = yield* refusedNearTheEnd('{"access_token":{}}')
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepInclude(released, { refreshed: false, warnings: ["refresh_failed"] })
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "active",
        problem: { code: "refresh_refused", since: at(3590), claims: '{"access_token":{}}' }
      })
      const [call] = yield* introspect.calls
      assert.deepStrictEqual(
        [call?.[0].definition.id, Redacted.value(call?.[1] ?? assert.fail("not asked"))],
        [provider, Redacted.value(answer.accessToken)]
      )
      assert.deepStrictEqual(yield* endings("integration.problem_noted"), [
        { outcome: "failure", reason: "refresh_refused" }
      ])
      assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
    }).pipe(inApplication)
  )

  it.effect("tells one who wants a new token that the user is wanted, and that the old one works", () =>
    Effect.gen(function* () {
      yield* introspects(true)
      const { integration } = yield* refusedNearTheEnd()
      assert.deepInclude(yield* Effect.flip(refresh(integration)), {
        _tag: "ReauthorizationRequired",
        provider: integration.provider,
        scopes: integration.requestedScopes,
        tokenWorks: true
      })
      assert.deepStrictEqual((yield* stateOf(integration)).problem, { code: "refresh_refused", since: at(3590) })
    }).pipe(inApplication)
  )

  it.effect("serves no token that expires while the provider is asked, whether it works or not", () =>
    Effect.gen(function* () {
      const { introspect } = yield* ScriptedOAuthClient
      yield* introspects(true)
      const { integration } = yield* refusedNearTheEnd()
      const gate = yield* introspect.hold
      const reading = yield* Effect.forkChild(Effect.flip(read(integration)))
      yield* gate.reached
      yield* TestClock.adjust("10 seconds")
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(reading))._tag, "ReauthorizationRequired")
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
    }).pipe(inApplication)
  )

  it.effect("ends the integration once the token is no longer honoured, with what the provider wants by then", () =>
    Effect.gen(function* () {
      yield* introspects(true)
      const { integration } = yield* refusedNearTheEnd('{"id_token":{}}')
      yield* read(integration)
      yield* introspects(false)
      yield* TestClock.adjust("5 seconds")
      yield* refusesWith(refused('{"access_token":{"acrs":{}}}'))
      const failure = yield* Effect.flip(read(integration))
      assert.deepInclude(failure, { _tag: "ReauthorizationRequired" })
      assert.notProperty(failure, "tokenWorks")
      assert.deepStrictEqual(yield* stateOf(integration), {
        status: "reauthorization_required",
        problem: { code: "grant_revoked", since: at(3595), claims: '{"access_token":{"acrs":{}}}' }
      })
      assert.deepStrictEqual(yield* endings("integration.reauthorization_required"), [
        { outcome: "failure", reason: "grant_revoked" }
      ])
    }).pipe(inApplication)
  )

  it.effect("takes up what the provider wants the next time, and records that", () =>
    Effect.gen(function* () {
      yield* introspects(true)
      const { integration } = yield* refusedNearTheEnd('{"id_token":{}}')
      yield* read(integration)
      yield* TestClock.adjust("5 seconds")
      yield* refusesWith(refused('{"access_token":{}}'), refused('{"access_token":{}}'))
      yield* read(integration)
      yield* read(integration)
      assert.deepStrictEqual((yield* stateOf(integration)).problem, {
        code: "refresh_refused",
        since: at(3590),
        claims: '{"access_token":{}}'
      })
      assert.strictEqual((yield* eventsOf("integration.problem_noted")).length, 2)
    }).pipe(inApplication)
  )

  const unavailable = new ProviderUnavailable({ provider, reason: "timeout", retryAfter: Option.none() })
  const misconfigured = new ProviderMisconfigured({ provider, code: "invalid_client" })
  const answers = {
    "says that the token is dead": Effect.succeed(Option.some(false)),
    "cannot be asked": Effect.succeed(Option.none<boolean>()),
    "is unavailable": Effect.fail(unavailable),
    "refuses the deployment": Effect.fail(misconfigured)
  }

  for (const [answer, introspection] of Object.entries(answers)) {
    it.effect(`ends the integration where the provider ${answer}, once it has refused it again`, () =>
      Effect.gen(function* () {
        const { introspect } = yield* ScriptedOAuthClient
        yield* introspect.always(() => introspection)
        const { integration } = yield* refusedNearTheEnd()
        if (answer !== "says that the token is dead") yield* refusesWith(refused())
        assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ReauthorizationRequired")
        assert.deepStrictEqual(yield* stateOf(integration), {
          status: "reauthorization_required",
          problem: { code: "grant_revoked", since: at(3590) }
        })
      }).pipe(inApplication)
    )
  }

  it.effect("ends the integration where its access token cannot be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { introspect } = yield* ScriptedOAuthClient
      yield* introspects(true)
      const { integration } = yield* refusedNearTheEnd()
      yield* refusesWith(refused())
      yield* faults.next("TokenVault.open", Effect.void, unreadable)
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ReauthorizationRequired")
      assert.strictEqual((yield* stateOf(integration)).status, "reauthorization_required")
      assert.deepStrictEqual(yield* introspect.calls, [])
    }).pipe(inApplication)
  )

  it.effect("is not asked about a token that nothing can renew", () =>
    Effect.gen(function* () {
      const { introspect } = yield* ScriptedOAuthClient
      yield* introspects(true)
      const integration = yield* connect({ refreshToken: Option.none() })
      yield* TestClock.adjust("1 hour")
      yield* Effect.flip(read(integration))
      assert.deepStrictEqual((yield* stateOf(integration)).problem, {
        code: "refresh_token_missing",
        since: at(3600)
      })
      assert.deepStrictEqual(yield* introspect.calls, [])
    }).pipe(inApplication)
  )
})
