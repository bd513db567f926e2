import {
  AccountSetupRequired,
  AdminActionRequired,
  CallbackRefused,
  GetAuthorization,
  type RegisteredProvider
} from "@oauth-manager/application"
import type { AuthorizationId, AuthorizationError } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, authorize, byAda, complete, connect, start, stored } from "./Journey.ts"
import { identity, notes, variant } from "./Providers.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { inApplicationOf, layerOf } from "./TestApplication.ts"
import { find } from "./Tokens.ts"

const adminConsent =
  "https://login.test/adminconsent?client_id={client_id}&redirect_uri={redirect_uri}&scope={scope}&again={client_id}"

const consented: RegisteredProvider = {
  ...variant("organization", { links: { adminConsent } }),
  credentials: Option.some({ clientId: "client & id?$&" })
}

const loaded = [consented, variant("silent")]
const inBoth = inApplicationOf(...loaded)

const failures = {
  admin_consent_required: Effect.fail(new AdminActionRequired({ provider: "organization" })),
  account_setup_required: Effect.fail(new AccountSetupRequired({ provider: "organization" }))
}

const get = (id: AuthorizationId) => GetAuthorization.use((useCase) => useCase.get(byAda, ada, id))

/** An authorization whose code comes to this, when it is redeemed. */
const failed = Effect.fnUntraced(function* (error: keyof typeof failures, provider = "organization") {
  const { exchange } = yield* ScriptedOAuthClient
  const authorized = yield* authorize({ provider })
  yield* exchange.next(failures[error])
  return { authorized, refused: yield* Effect.flip(complete(authorized)) }
})

const urlOf = ({ adminConsentUrl }: { readonly adminConsentUrl: Option.Option<string> }) =>
  new URL(Option.getOrThrow(adminConsentUrl)).searchParams

describe("CompleteAuthorization, where others must act first", () => {
  for (const error of ["admin_consent_required", "account_setup_required"] as const) {
    it.effect(`fails for good with ${error}, and connects nothing`, () =>
      Effect.gen(function* () {
        const { authorized, refused } = yield* failed(error)
        assert.deepInclude(refused, { _tag: "AuthorizationFailed", error })
        assert.deepInclude(yield* get(authorized.authorization.id), { status: "failed", error: Option.some(error) })
        assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
        assert.deepStrictEqual(yield* endings("authorization.failed"), [{ outcome: "failure", reason: error }])
        assert.deepInclude(yield* Effect.flip(complete(authorized)), { _tag: "AuthorizationNotReady" })
        const { revoke } = yield* ScriptedOAuthClient
        assert.deepStrictEqual(yield* revoke.calls, [])
      }).pipe(inBoth)
    )

    it.effect(`leaves an integration of the account as it is at ${error}`, () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { provider: "organization" })
        yield* failed(error)
        assert.deepStrictEqual((yield* find(integration)).integration, integration)
        assert.deepStrictEqual(yield* eventsOf("integration.reauthorization_required", "integration.problem_noted"), [])
      }).pipe(inBoth)
    )
  }
})

describe("GetAuthorization, where an administrator must consent", () => {
  it.effect("tells where, for this client, redirect and these scopes", () =>
    Effect.gen(function* () {
      const { authorized } = yield* failed("admin_consent_required")
      const parameters = urlOf(yield* get(authorized.authorization.id))
      assert.deepStrictEqual(Object.fromEntries(parameters), {
        client_id: "client & id?$&",
        redirect_uri: "https://oauth.test/v1/callback/organization",
        scope: [...identity, ...notes].join(" "),
        again: "client & id?$&"
      })
    }).pipe(inBoth)
  )

  it.effect("tells it after a callback that said so, too", () =>
    Effect.gen(function* () {
      const { readCallback } = yield* ScriptedOAuthClient
      const refusal = new CallbackRefused({ error: "admin_consent_required" })
      const authorized = yield* authorize({ provider: "organization" })
      yield* readCallback.next(Effect.fail(refusal))
      yield* Effect.flip(complete(authorized))
      assert.strictEqual(urlOf(yield* get(authorized.authorization.id)).get("client_id"), "client & id?$&")
    }).pipe(inBoth)
  )

  const untold = Effect.fnUntraced(function* (id: AuthorizationId, error: Option.Option<AuthorizationError>) {
    assert.deepInclude(yield* get(id), { adminConsentUrl: Option.none(), error })
  })

  it.effect("tells nothing of one that failed for another reason, expired or goes on", () =>
    Effect.gen(function* () {
      const { authorized } = yield* failed("account_setup_required")
      yield* untold(authorized.authorization.id, Option.some("account_setup_required"))
      const { authorization } = yield* start({ provider: "organization" })
      yield* untold(authorization.id, Option.none())
      yield* TestClock.adjust("11 minutes")
      yield* untold(authorization.id, Option.none())
    }).pipe(inBoth)
  )

  it.effect("tells nothing where the plugin does not know", () =>
    Effect.gen(function* () {
      const { authorized } = yield* failed("admin_consent_required", "silent")
      yield* untold(authorized.authorization.id, Option.some("admin_consent_required"))
    }).pipe(inBoth)
  )

  const leaving = [consented]

  it.effect("tells nothing where the credentials, or the plugin, are gone", () =>
    Effect.gen(function* () {
      const { authorized } = yield* failed("admin_consent_required")
      leaving.splice(0, 1, { ...consented, credentials: Option.none() })
      yield* untold(authorized.authorization.id, Option.some("admin_consent_required"))
      leaving.pop()
      yield* untold(authorized.authorization.id, Option.some("admin_consent_required"))
    }).pipe(Effect.provide(layerOf(leaving), { local: true }))
  )
})
