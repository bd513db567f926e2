import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ada, anAnswer, authorize, bob, comeBack, connect, parameterOf, start } from "../application/Journey.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { anAccount } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const path = "/v1/users/me/authorizations"
const begin = (body: Record<string, unknown>, bearer = adasToken) =>
  call("POST", path, { bearer, body: { provider: "sandbox", return_to: returnTo, ...body } })

const completionOf = (id: string, token: Redacted.Redacted<string>, bearer = adasToken) =>
  call("POST", `${path}/${id}/complete`, { bearer, body: { completion_token: Redacted.value(token) } })

describe("POST /v1/users/{user}/authorizations", () => {
  it.effect("begins the flow and says where to send the browser", () =>
    Effect.gen(function* () {
      const { status, body } = yield* begin({ features: ["sandbox.notes.read"], login_hint: "ada@example.test" })
      assert.strictEqual(status, 201)
      assert.deepStrictEqual(Object.keys(body), ["id", "status", "authorization_url", "scopes", "expires_at"])
      assert.strictEqual(body.status, "pending")
      assert.strictEqual(body.expires_at, "1970-01-01T00:10:00.000Z")
      assert.include(body.scopes, "sandbox.notes.read")
      assert.strictEqual(parameterOf(body.authorization_url, "scope"), body.scopes.join(" "))
      const { begin: asked } = yield* ScriptedOAuthClient
      const [[, request] = []] = yield* asked.calls
      assert.deepInclude(request, { incremental: false, needsRefreshToken: true })
      assert.strictEqual(String(request?.loginHint), 'some("ada@example.test")')
    }).pipe(inApi)
  )

  it.effect("asks for what identifies the account alone where nothing is named", () =>
    Effect.gen(function* () {
      const { body } = yield* begin({})
      assert.deepStrictEqual(body.scopes, ["openid", "email", "profile", "offline_access"])
    }).pipe(inApi)
  )

  it.effect("lets a service begin on a user's behalf", () =>
    Effect.gen(function* () {
      const begun = yield* call("POST", `/v1/users/${ada.user}/authorizations`, {
        bearer: servicesToken,
        body: { provider: "sandbox", return_to: returnTo }
      })
      const seen = yield* call("GET", `${path}/${begun.body.id}`, { bearer: adasToken })
      assert.strictEqual(seen.status, 200)
    }).pipe(inApi)
  )

  it.effect("upgrades an integration, named in either spelling of its id", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { status, body } = yield* begin({ integration_id: id.toUpperCase(), scopes: ["sandbox.notes.write"] })
      assert.strictEqual(status, 201)
      const seen = yield* call("GET", `${path}/${body.id}`, { bearer: adasToken })
      assert.strictEqual(seen.body.integration_id, id)
    }).pipe(inApi)
  )

  it.effect("names every field that is wrong", () =>
    Effect.gen(function* () {
      const { status, body } = yield* begin({
        provider: 7,
        features: ["Notes!"],
        scopes: "openid",
        integration_id: "1",
        return_to: "",
        login_hint: "a\u0000b",
        user_id: "bob"
      })
      assert.strictEqual(status, 400)
      assert.sameMembers(
        body.errors.map((error: { path: string }) => error.path),
        [
          "body.provider",
          "body.features.0",
          "body.scopes",
          "body.integration_id",
          "body.return_to",
          "body.login_hint",
          "body.user_id"
        ]
      )
    }).pipe(inApi)
  )
})

describe("GET /v1/users/{user}/authorizations/{id}", () => {
  it.effect("tells how far a pending one has come", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start()
      const { status, body } = yield* call("GET", `${path}/${authorization.id}`, { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        id: authorization.id,
        provider: "sandbox",
        status: "pending",
        scopes: [...authorization.requestedScopes],
        features: [],
        expires_at: "1970-01-01T00:10:00.000Z",
        created_at: "1970-01-01T00:00:00.000Z"
      })
    }).pipe(inApi)
  )

  it.effect("tells why it failed", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* comeBack(started, { error: "access_denied" })
      const { body } = yield* call("GET", `${path}/${started.authorization.id}`, { bearer: adasToken })
      assert.deepInclude(body, { status: "failed", error: "access_denied" })
    }).pipe(inApi)
  )

  it.effect("tells that time has run out", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start()
      yield* TestClock.adjust("11 minutes")
      const { body } = yield* call("GET", `${path}/${authorization.id}`, { bearer: adasToken })
      assert.strictEqual(body.status, "expired")
    }).pipe(inApi)
  )
})

describe("POST /v1/users/{user}/authorizations/{id}/complete", () => {
  it.effect("answers with the integration", () =>
    Effect.gen(function* () {
      const { authorization, completionToken } = yield* authorize({ features: [] })
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer({ account: anAccount({ id: "42", name: "Ada" }) })))
      const { status, body } = yield* completionOf(authorization.id.toUpperCase(), completionToken)
      assert.strictEqual(status, 200)
      assert.deepInclude(body, { provider: "sandbox", status: "active", missing_scopes: [] })
      assert.deepInclude(body.account, { id: "42", name: "Ada" })
      const listed = yield* call("GET", `/v1/users/me/integrations/${body.id}`, { bearer: adasToken })
      assert.deepStrictEqual(listed.body, body)
      const seen = yield* call("GET", `${path}/${authorization.id}`, { bearer: adasToken })
      assert.deepInclude(seen.body, { status: "completed", integration_id: body.id })
      const again = yield* completionOf(authorization.id, completionToken)
      assert.strictEqual(again.status, 409)
      assert.deepInclude(again.body, { code: "authorization_completed", integration_id: body.id })
    }).pipe(inApi)
  )

  it.effect("is for nobody but the user who began, and destroys the code when another tries", () =>
    Effect.gen(function* () {
      const { authorization, completionToken } = yield* authorize()
      const stolen = yield* completionOf(authorization.id, completionToken, tokenOf(bob.user))
      assert.strictEqual(stolen.status, 404)
      const late = yield* completionOf(authorization.id, completionToken)
      assert.strictEqual(late.status, 409)
      assert.deepInclude(late.body, { code: "authorization_failed", error: "wrong_user" })
    }).pipe(inApi)
  )

  it.effect("lets no role stand in for the user", () =>
    Effect.gen(function* () {
      const { authorization, completionToken } = yield* authorize()
      const { status } = yield* call("POST", `/v1/users/${ada.user}/authorizations/${authorization.id}/complete`, {
        bearer: servicesToken,
        body: { completion_token: Redacted.value(completionToken) }
      })
      assert.strictEqual(status, 404)
    }).pipe(inApi)
  )

  it.effect("never repeats the token that was wrong", () =>
    Effect.gen(function* () {
      const { authorization } = yield* authorize()
      const wrong = yield* completionOf(authorization.id, Redacted.make("a-secret-of-another"))
      assert.strictEqual(wrong.status, 403)
      assert.notInclude(wrong.text, "a-secret-of-another")
      const refused = yield* call("POST", `${path}/${authorization.id}/complete`, {
        bearer: adasToken,
        body: { completion_token: ["a-secret-of-another"], token: "a-secret-of-another" }
      })
      assert.strictEqual(refused.status, 400)
      assert.notInclude(refused.text, "a-secret-of-another")
    }).pipe(inApi)
  )
})
