import { GrantRefused, OAuthClient, TokenAnswerUnusable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Option, Redacted } from "effect"
import { aRegisteredProvider, aSecret, aTokenAnswer, scopes } from "./Samples.ts"
import { layer, ScriptedOAuthClient } from "./ScriptedOAuthClient.ts"

const provider = aRegisteredProvider()
const refused = new GrantRefused({ provider: provider.definition.id })

describe("ScriptedOAuthClient", () => {
  it.effect("gives the answers in order, then the standing one, and remembers the calls", () =>
    Effect.gen(function* () {
      const oauth = yield* OAuthClient
      const script = yield* ScriptedOAuthClient
      const [first, standing] = [aTokenAnswer(), aTokenAnswer()]
      const tokens = [aSecret(), aSecret(), aSecret()]
      yield* script.refresh.next(Effect.succeed(first), Effect.fail(refused))
      yield* script.refresh.always(() => Effect.succeed(standing))
      const answers = yield* Effect.forEach(tokens, (token) => Effect.exit(oauth.refresh(provider, token, [])))
      assert.deepStrictEqual(answers, [Exit.succeed(first), Exit.fail(refused), Exit.succeed(standing)])
      assert.deepStrictEqual(
        (yield* script.refresh.calls).map(([, token]) => token),
        tokens
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("holds a call at a gate, and lets those behind it pass", () =>
    Effect.gen(function* () {
      const oauth = yield* OAuthClient
      const script = yield* ScriptedOAuthClient
      const answer = aTokenAnswer()
      yield* script.refresh.always(() => Effect.succeed(answer))
      const gate = yield* script.refresh.hold
      const held = yield* Effect.forkChild(oauth.refresh(provider, aSecret(), []))
      yield* gate.reached
      assert.strictEqual(yield* oauth.refresh(provider, aSecret(), []), answer)
      assert.isUndefined(held.pollUnsafe())
      yield* gate.release
      assert.strictEqual(yield* Fiber.join(held), answer)
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps what a refresh is answered, in a form that another client reads", () =>
    Effect.gen(function* () {
      const full = aTokenAnswer({
        refreshExpiresIn: Option.some(Duration.days(90)),
        scopes: Option.some(scopes("a", "b"))
      })
      const refreshToken = Option.some(aSecret())
      const unusable = new TokenAnswerUnusable({ provider: provider.definition.id, refreshToken })
      const kept: Array<Redacted.Redacted<string>> = []
      const keep = (body: Redacted.Redacted<string>) => Effect.sync(() => void kept.push(body))
      yield* Effect.gen(function* () {
        const oauth = yield* OAuthClient
        const script = yield* ScriptedOAuthClient
        yield* script.refresh.next(Effect.succeed(full), Effect.fail(unusable), Effect.fail(refused))
        yield* Effect.repeat(Effect.exit(oauth.refresh(provider, aSecret(), [], keep)), { times: 2 })
      }).pipe(Effect.provide(layer, { local: true }))
      const oauth = yield* OAuthClient
      const bodies = [...kept, Redacted.make("<html>")]
      assert.deepStrictEqual(
        yield* Effect.forEach(bodies, (body) => Effect.exit(oauth.readRefreshAnswer(provider, body))),
        [
          Exit.succeed(full),
          Exit.fail(unusable),
          Exit.fail(new TokenAnswerUnusable({ provider: provider.definition.id, refreshToken: Option.none() }))
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("dies of a call that no answer is scripted for", () =>
    Effect.gen(function* () {
      const oauth = yield* OAuthClient
      assert.isTrue(Exit.hasDies(yield* Effect.exit(oauth.revoke(provider, aSecret(), "refresh_token"))))
    }).pipe(Effect.provide(layer))
  )

  it.effect("begins with fresh secrets, and reads the callback, as an honest provider would have it", () =>
    Effect.gen(function* () {
      const oauth = yield* OAuthClient
      const request = {
        scopes: scopes("openid", "email"),
        redirectUri: provider.redirectUri,
        loginHint: Option.none(),
        incremental: false,
        needsRefreshToken: true,
        claims: Option.none()
      }
      const [first, second] = [yield* oauth.begin(provider, request), yield* oauth.begin(provider, request)]
      assert.strictEqual(new URL(first.authorizationUrl).searchParams.get("state"), Redacted.value(first.state))
      assert.notStrictEqual(Redacted.value(first.state), Redacted.value(second.state))
      const code = aSecret()
      assert.strictEqual(yield* oauth.readCallback(provider, { code }), code)
      const denied = yield* Effect.flip(oauth.readCallback(provider, { error: "access_denied" }))
      assert.propertyVal(denied, "error", "access_denied")
      assert.propertyVal(yield* Effect.flip(oauth.readCallback(provider, {})), "error", "provider_error")
    }).pipe(Effect.provide(layer))
  )
})
