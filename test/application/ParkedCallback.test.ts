import {
  CallbackRefused,
  GetAuthorization,
  ProviderMisconfigured,
  ProviderUnavailable
} from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option, Redacted } from "effect"
import { aSecret } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, anAnswer, byAda, comeBack, complete, completionTokenOf, start, stored } from "./Journey.ts"
import { endings } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"

const unavailable = new ProviderUnavailable({ provider: "sandbox", reason: "timeout", retryAfter: Option.none() })

const iss = "https://issuer.test"

/** Comes back with a code while the provider cannot be asked whether the redirect is its own. */
const authorizeUnread = Effect.fnUntraced(function* () {
  const { readCallback } = yield* ScriptedOAuthClient
  const started = yield* start()
  const code = aSecret()
  yield* readCallback.next(Effect.fail(unavailable))
  const result = yield* comeBack(started, { code, iss })
  return { ...started, code, completionToken: completionTokenOf(result) }
})

const statusOf = ({ authorization }: Effect.Success<ReturnType<typeof start>>) =>
  Effect.map(
    GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorization.id)),
    ({ error, status }) => ({ error, status })
  )

const exchanges = Effect.flatMap(ScriptedOAuthClient, ({ exchange }) => exchange.calls)

describe("ReceiveCallback, while the provider is unavailable", () => {
  it.effect("parks the code all the same, which is read again before it is redeemed", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const authorized = yield* authorizeUnread()
      assert.deepEqual(yield* statusOf(authorized), { status: "authorized", error: Option.none() })
      yield* client.exchange.next(Effect.succeed(anAnswer()))
      assert.strictEqual((yield* complete(authorized)).integration.status, "active")
      const read = yield* client.readCallback.calls
      assert.deepEqual(
        read.map(([{ definition }, { code, iss }]) => [definition.id, code && Redacted.value(code), iss]),
        Array.from({ length: 2 }, () => ["sandbox", Redacted.value(authorized.code), iss])
      )
      assert.deepStrictEqual(
        (yield* exchanges).map(([, code]) => Redacted.value(code)),
        [Redacted.value(authorized.code)]
      )
    }).pipe(inApplication)
  )

  for (const parameters of [{ error: "access_denied" }, { error: "server_error", code: aSecret() }, {}]) {
    it.effect(`ends with provider_error at a redirect with ${Object.keys(parameters).join(" and ") || "nothing"}`, () =>
      Effect.gen(function* () {
        const { readCallback } = yield* ScriptedOAuthClient
        const started = yield* start()
        yield* readCallback.next(Effect.fail(unavailable))
        assert.deepInclude(yield* comeBack(started, parameters), { _tag: "Failed", error: "provider_error" })
        assert.deepEqual(yield* statusOf(started), { status: "failed", error: Option.some("provider_error") })
        assert.deepStrictEqual(yield* endings("authorization.failed"), [
          { outcome: "failure", reason: "provider_error" }
        ])
      }).pipe(inApplication)
    )
  }
})

describe("CompleteAuthorization, reading the parked redirect again", () => {
  for (const error of ["issuer_mismatch", "provider_error"] as const) {
    it.effect(`ends for good with ${error}, and redeems nothing`, () =>
      Effect.gen(function* () {
        const { readCallback } = yield* ScriptedOAuthClient
        const authorized = yield* authorizeUnread()
        yield* readCallback.next(Effect.fail(new CallbackRefused({ error })))
        assert.deepInclude(yield* Effect.flip(complete(authorized)), { _tag: "AuthorizationFailed", error })
        assert.deepEqual(yield* statusOf(authorized), { status: "failed", error: Option.some(error) })
        const row = Option.getOrThrow(HashMap.get((yield* stored).authorizations, authorized.authorization.id))
        assert.isTrue(Option.isNone(row.parked) && Option.isNone(row.flow))
        assert.deepStrictEqual(yield* endings("authorization.failed"), [{ outcome: "failure", reason: error }])
        assert.deepStrictEqual(yield* exchanges, [])
      }).pipe(inApplication)
    )
  }

  for (const failure of [unavailable, new ProviderMisconfigured({ provider: "sandbox", code: "issuer" })]) {
    it.effect(`stays authorized at a ${failure._tag}, and can be completed later`, () =>
      Effect.gen(function* () {
        const { exchange, readCallback } = yield* ScriptedOAuthClient
        const authorized = yield* authorizeUnread()
        yield* readCallback.next(Effect.fail(failure))
        assert.strictEqual(yield* Effect.flip(complete(authorized)), failure)
        assert.strictEqual((yield* statusOf(authorized)).status, "authorized")
        assert.deepStrictEqual(yield* exchanges, [])
        yield* exchange.next(Effect.succeed(anAnswer()))
        assert.strictEqual((yield* complete(authorized)).integration.status, "active")
      }).pipe(inApplication)
    )
  }
})
