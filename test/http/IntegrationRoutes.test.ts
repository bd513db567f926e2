import { assert, describe, it } from "@effect/vitest"
import { GrantRefused, ProviderIncidents } from "@oauth-manager/application"
import { Duration, Effect, Option } from "effect"
import { ada, anAnswer, authorize, bob, complete, connect, namesake } from "../application/Journey.ts"
import { anAccount, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { anonymous, call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const path = "/v1/users/me/integrations"
const unknown = "0190b4c5-0000-7000-8000-000000000001"

const connectAnother = () => connect({ account: anAccount() })

const idsOf = (body: { readonly data: ReadonlyArray<{ readonly id: string }> }) => body.data.map(({ id }) => id)

const disconnect = (id: string, query = "") =>
  Effect.gen(function* () {
    const { revoke } = yield* ScriptedOAuthClient
    yield* revoke.next(Effect.succeed("revoked"))
    return yield* call("DELETE", `${path}/${id}${query}`, { bearer: adasToken })
  })

describe("GET /v1/users/{user}/integrations/{id}", () => {
  it.effect("shows the account, what was granted and when the token will be renewed", () =>
    Effect.gen(function* () {
      const { exchange } = yield* ScriptedOAuthClient
      const authorized = yield* authorize({ scopes: scopes("sandbox.notes.read", "sandbox.notes.write") })
      yield* exchange.next(
        Effect.succeed(
          anAnswer({
            account: { key: "k", id: "42", email: "ada@example.test" },
            scopes: Option.some(scopes("openid", "email", "profile", "offline_access", "sandbox.notes.read")),
            expiresIn: Option.some(Duration.minutes(5))
          })
        )
      )
      const { integration } = yield* complete(authorized)
      const { status, body } = yield* call("GET", `${path}/${integration.id}`, { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        id: integration.id,
        provider: "sandbox",
        status: "active",
        account: { id: "42", email: "ada@example.test" },
        scopes: ["openid", "email", "profile", "offline_access", "sandbox.notes.read"],
        missing_scopes: ["sandbox.notes.write"],
        features: [],
        connected_at: "1970-01-01T00:00:00.000Z",
        token: {
          expires_at: "1970-01-01T00:05:00.000Z",
          refreshed_at: "1970-01-01T00:00:00.000Z",
          next_refresh_at: "1970-01-01T00:04:30.000Z"
        },
        warnings: []
      })
    }).pipe(inApi)
  )

  it.effect("knows no end where the provider tells none", () =>
    Effect.gen(function* () {
      const { id } = yield* connect({ expiresIn: Option.none(), account: { key: "k", id: "42" } })
      const { body } = yield* call("GET", `${path}/${id}`, { bearer: adasToken })
      assert.deepInclude(body.token, { expires_at: null, next_refresh_at: null })
      assert.deepStrictEqual(body.account, { id: "42" })
    }).pipe(inApi)
  )

  it.effect("shows what ails it, since when, and who must do what", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { refresh } = yield* ScriptedOAuthClient
      yield* refresh.next(
        Effect.fail(new GrantRefused({ provider: "sandbox" })),
        Effect.fail(new GrantRefused({ provider: "sandbox" }))
      )
      yield* call("POST", `${path}/${id}/refresh`, { bearer: adasToken })
      const { body } = yield* call("GET", `${path}/${id}`, { bearer: adasToken })
      assert.strictEqual(body.status, "reauthorization_required")
      assert.deepStrictEqual(body.problem, {
        code: "grant_revoked",
        since: "1970-01-01T00:00:00.000Z",
        who: "user",
        action: "Connect the account again: the provider no longer honours the grant."
      })
    }).pipe(inApi)
  )

  it.effect("is suspended while its provider refuses the deployment's client, by an operator's fault", () =>
    Effect.gen(function* () {
      const { id, provider } = yield* connect()
      yield* ProviderIncidents.use((incidents) => incidents.open(provider, "invalid_client"))
      const { body } = yield* call("GET", `${path}/${id}`, { bearer: adasToken })
      assert.strictEqual(body.status, "suspended")
      assert.deepStrictEqual(body.problem, {
        code: "provider_misconfigured",
        since: "1970-01-01T00:00:00.000Z",
        who: "operator",
        action: "An operator must set the provider's client right: the provider refuses it."
      })
      const suspended = yield* call("GET", `${path}?status=suspended`, { bearer: adasToken })
      assert.deepStrictEqual(idsOf(suspended.body), [id])
      const active = yield* call("GET", `${path}?status=active`, { bearer: adasToken })
      assert.deepStrictEqual(idsOf(active.body), [])
    }).pipe(inApi)
  )

  it.effect("tells nobody whether it is unknown, another user's or another tenant's", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const answers = yield* Effect.all([
        call("GET", `${path}/${unknown}`, { bearer: adasToken }),
        call("GET", `${path}/${id}`, { bearer: tokenOf(bob.user) }),
        call("GET", `/v1/users/${ada.user}/integrations/${id}`, { bearer: tokenOf(bob.user) }),
        call("GET", `/v1/users/${ada.user}/integrations/${id}`, {
          bearer: tokenOf(namesake.user, ["service", "admin"], { tenant: namesake.tenant })
        }),
        call("DELETE", `/v1/users/${ada.user}/integrations/${id}`, { bearer: tokenOf(bob.user) }),
        call("POST", `/v1/users/${ada.user}/integrations/${id}/token`, { bearer: tokenOf(bob.user) }),
        call("POST", `${path}/${unknown}/refresh`, { bearer: adasToken }),
        call("GET", "/v1/no/such/route", { bearer: adasToken })
      ])
      for (const answer of answers) {
        assert.strictEqual(answer.status, 404)
        assert.deepStrictEqual(anonymous(answer), anonymous(answers[0]))
      }
    }).pipe(inApi)
  )
})

describe("GET /v1/users/{user}/integrations", () => {
  it.effect("pages through all of them, the oldest first", () =>
    Effect.gen(function* () {
      const ids = (yield* Effect.all([connectAnother(), connectAnother(), connectAnother()])).map(({ id }) => id)
      const first = yield* call("GET", `${path}?limit=2`, { bearer: adasToken })
      const second = yield* call("GET", `${path}?limit=2&cursor=${first.body.next_cursor}`, { bearer: adasToken })
      assert.deepStrictEqual([...idsOf(first.body), ...idsOf(second.body)], ids)
      assert.isNull(second.body.next_cursor)
      const whole = yield* call("GET", `${path}?limit=3`, { bearer: adasToken })
      assert.isNull(whole.body.next_cursor)
    }).pipe(inApi)
  )

  it.effect("can be narrowed to a provider and a status", () =>
    Effect.gen(function* () {
      const kept = yield* connectAnother()
      const ended = yield* connectAnother()
      yield* disconnect(ended.id)
      const list = (query: string) =>
        Effect.map(call("GET", `${path}?${query}`, { bearer: adasToken }), ({ body }) => body)
      assert.deepStrictEqual(idsOf(yield* list("status=active")), [kept.id])
      assert.deepStrictEqual(idsOf(yield* list("status=disconnected&provider=sandbox")), [ended.id])
      assert.deepStrictEqual(yield* list("provider=google"), { data: [], next_cursor: null })
    }).pipe(inApi)
  )

  it.effect("is empty for a user nobody has heard of", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/v1/users/nobody/integrations", { bearer: servicesToken })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, { data: [], next_cursor: null })
    }).pipe(inApi)
  )

  it.effect("refuses filters that are none", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", `${path}?status=gone&provider=No&limit=0&cursor=`, {
        bearer: adasToken
      })
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(
        body.errors.map((error: { path: string }) => error.path),
        ["query.provider", "query.status", "query.limit"]
      )
    }).pipe(inApi)
  )

  it.effect("refuses the cursor of another list", () =>
    Effect.gen(function* () {
      const providers = yield* call("GET", "/v1/providers?limit=1", { bearer: adasToken })
      const { status } = yield* call("GET", `${path}?cursor=${providers.body.next_cursor}`, { bearer: adasToken })
      assert.strictEqual(status, 400)
    }).pipe(inApi)
  )
})

describe("DELETE /v1/users/{user}/integrations/{id}", () => {
  it.effect("disconnects, and answers the same when repeated", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const ended = yield* disconnect(id)
      assert.strictEqual(ended.status, 200)
      assert.deepStrictEqual(ended.body, { id, status: "disconnected", revocation: "revoked" })
      const again = yield* call("DELETE", `${path}/${id}`, { bearer: adasToken })
      assert.deepStrictEqual(again.body, ended.body)
      const { body } = yield* call("GET", `${path}/${id}`, { bearer: adasToken })
      assert.strictEqual(body.status, "disconnected")
      assert.notProperty(body, "token")
    }).pipe(inApi)
  )

  it.effect("accepts confirm=shared and no other", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const refused = yield* call("DELETE", `${path}/${id}?confirm=yes`, { bearer: adasToken })
      assert.strictEqual(refused.status, 400)
      assert.strictEqual(refused.body.errors[0].path, "query.confirm")
      const ended = yield* disconnect(id, "?confirm=shared")
      assert.strictEqual(ended.status, 200)
    }).pipe(inApi)
  )
})
