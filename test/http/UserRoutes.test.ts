import { ProviderUnavailable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { adasReference, revoking } from "../application/Erasing.ts"
import { ada, anAnswer, authorize, bob, connect } from "../application/Journey.ts"
import { plain } from "../application/Tokens.ts"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { anAuditEvent } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const path = "/v1/users/me"
const admin = tokenOf("root", ["admin"])

const erase = (bearer = adasToken, at = path) => call("DELETE", at, { bearer })
const exportOf = (query = "", bearer = adasToken) => call("GET", `${path}/export${query}`, { bearer })

const down = Effect.fail(
  new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() })
)

describe("DELETE /v1/users/{user}", () => {
  it.effect("answers with the proof once all is gone, and that it is gone when repeated", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* connect()
      const { body, status } = yield* erase()
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        id: body.id,
        status: "erased",
        requested_at: "1970-01-01T00:00:00.000Z",
        erased_at: "1970-01-01T00:00:00.000Z",
        revocations: { revoked: 1, unsupported: 0, given_up: 0 }
      })
      const again = yield* erase()
      assert.deepStrictEqual([again.status, again.body], [200, { status: "erased" }])
    }).pipe(inApi)
  )

  it.effect("accepts it while a provider cannot be told, and refuses to connect meanwhile", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => down)
      yield* connect()
      const { body, status } = yield* erase(admin, `/v1/users/${ada.user}`)
      assert.strictEqual(status, 202)
      assert.deepStrictEqual(body, { id: body.id, status: "erasing", requested_at: "1970-01-01T00:00:00.000Z" })
      const again = yield* erase()
      assert.deepStrictEqual([again.status, again.body], [202, body])
      const refused = yield* call("POST", `${path}/authorizations`, {
        bearer: adasToken,
        body: { provider: "sandbox", return_to: "https://app.test/integrations" }
      })
      assert.strictEqual(refused.status, 409)
      assert.strictEqual(refused.body.code, "erasure_in_progress")
      assert.strictEqual(refused.headers.get("retry-after"), "30")
      assert.deepStrictEqual((yield* exportOf()).body.erasure, { id: body.id, requested_at: body.requested_at })
    }).pipe(inApi)
  )

  it.effect("needs users:erase, which a service does not have", () =>
    Effect.gen(function* () {
      yield* connect()
      for (const bearer of [servicesToken, tokenOf(ada.user, ["auditor"])]) {
        const refused = yield* erase(bearer, `/v1/users/${ada.user}`)
        assert.strictEqual(refused.status, 403)
        assert.deepInclude(refused.body, { code: "permission_required", permission: "users:erase" })
      }
      assert.strictEqual((yield* erase(tokenOf(bob.user), `/v1/users/${ada.user}`)).status, 404)
      assert.strictEqual((yield* exportOf()).body.integrations.length, 1)
    }).pipe(inApi)
  )
})

describe("GET /v1/users/{user}/export", () => {
  it.effect("gives all that is held, and no secret of it", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      const { authorization, code, completionToken, state } = yield* authorize()
      const { body, headers, status, text } = yield* exportOf()
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(Object.keys(body), [
        "schema_version",
        "exported_at",
        "user",
        "integrations",
        "authorizations",
        "consents",
        "pending_revocations",
        "audit_events",
        "next_cursor"
      ])
      assert.strictEqual(body.schema_version, 1)
      assert.strictEqual(body.user.id, ada.user)
      assert.strictEqual(body.user.reference, yield* adasReference)
      assert.deepInclude(body.integrations[0], {
        id: integration.id,
        account: integration.account,
        status: "active",
        granted_scopes: integration.grantedScopes,
        token: {
          obtained_at: "1970-01-01T00:00:00.000Z",
          expires_at: "1970-01-01T01:00:00.000Z",
          refreshable: true,
          refresh_expires_at: null
        }
      })
      assert.deepInclude(body.authorizations[1], { id: authorization.id, status: "authorized" })
      assert.deepInclude(body.consents[0], { integration_id: integration.id, granted: integration.grantedScopes })
      assert.deepInclude(body.audit_events.at(-1), {
        actor: { is_user: true, role: "user" },
        action: "user.exported",
        object: { type: "user", id: body.user.reference },
        outcome: "success"
      })
      assert.isNull(body.next_cursor)
      for (const secret of [answer.accessToken, code, completionToken, state].map(Option.some)) {
        assert.notInclude(text, plain(secret))
      }
      assert.notInclude(text, plain(answer.refreshToken))
    }).pipe(inApi)
  )

  it.effect("goes on behind a cursor, with the audit events alone, and refuses any other", () =>
    Effect.gen(function* () {
      const store = yield* InMemoryStore
      yield* connect()
      for (let count = 0; count < 1000; count++) yield* store.recordAlone(anAuditEvent(ada))
      const first = yield* exportOf()
      assert.lengthOf(first.body.audit_events, 1000)
      const rest = yield* exportOf(`?cursor=${first.body.next_cursor}`)
      assert.deepStrictEqual(Object.keys(rest.body), [
        "schema_version",
        "exported_at",
        "user",
        "audit_events",
        "next_cursor"
      ])
      assert.isNull(rest.body.next_cursor)
      for (const cursor of ["x", "LTE", "MA", "MWUz"]) {
        assert.strictEqual((yield* exportOf(`?cursor=${cursor}`)).status, 400, cursor)
      }
    }).pipe(inApi)
  )

  it.effect("has nothing of somebody unknown", () =>
    Effect.gen(function* () {
      const { body, status } = yield* call("GET", `/v1/users/${bob.user}/export`, { bearer: admin })
      assert.strictEqual(status, 200)
      assert.deepInclude(body, { user: { id: bob.user }, integrations: [], consents: [], audit_events: [] })
    }).pipe(inApi)
  )
})
