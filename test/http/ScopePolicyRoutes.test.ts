import { IntegrationRepository } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ada, bob, namesake } from "../application/Journey.ts"
import { anIntegration, features, scopes } from "../fakes/Samples.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const admin = tokenOf("root", ["admin"])
const otherTenantsAdmin = tokenOf("root", ["admin"], { tenant: namesake.tenant })

const policies = "/v1/scope-policies"
const policy = `${policies}/sandbox`

const get = (path = policy, bearer = admin) => call("GET", path, { bearer })
const put = (body: unknown, path = policy, bearer = admin) => call("PUT", path, { bearer, body })
const dryRun = (body: unknown, query = "", bearer = admin) =>
  call("POST", `${policy}/dry-run${query}`, { bearer, body })

const epoch = "1970-01-01T00:00:00.000Z"

const everyField = {
  allowed: ["sandbox.notes.read", "sandbox.notes.write"],
  denied: ["sandbox.notes.write"],
  max_sensitivity: "sensitive",
  by_role: { user: { allowed: [] }, service: { denied: ["sandbox.notes.read"], max_sensitivity: "basic" } },
  features: ["sandbox.notes.read"],
  wider_tokens: "release",
  purpose_required: true
}

const connected = Effect.fnUntraced(function* (owner = ada) {
  const integrations = yield* IntegrationRepository
  const granted = scopes("openid", "sandbox.notes.read", "sandbox.notes.write")
  const integration = anIntegration(owner, {
    grantedScopes: granted,
    surplusScopes: [],
    consentedScopes: granted,
    scopesInUse: granted,
    features: features("sandbox.notes.read")
  })
  yield* integrations.insert(owner, integration)
  return integration.id
})

describe("GET /v1/scope-policies/{provider}", () => {
  it.effect("shows version 0 without limits where the tenant has written none", () =>
    Effect.gen(function* () {
      const { body, status } = yield* get()
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, { provider: "sandbox", version: 0 })
    }).pipe(inApi)
  )

  it.effect("shows what was written last, to the tenant alone", () =>
    Effect.gen(function* () {
      yield* put(everyField)
      assert.deepStrictEqual((yield* get()).body, {
        provider: "sandbox",
        version: 1,
        ...everyField,
        updated_at: epoch
      })
      assert.deepStrictEqual((yield* get(policy, otherTenantsAdmin)).body, { provider: "sandbox", version: 0 })
    }).pipe(inApi)
  )

  it.effect.each(["nowhere", "Sandbox", "%00", "sandbox%2F"])("knows no provider %s", (provider) =>
    Effect.gen(function* () {
      for (const { body, status } of [
        yield* get(`${policies}/${provider}`),
        yield* put({}, `${policies}/${provider}`),
        yield* call("POST", `${policies}/${provider}/dry-run`, { bearer: admin, body: {} })
      ]) {
        assert.strictEqual(status, 404)
        assert.strictEqual(body.code, "not_found")
      }
    }).pipe(inApi)
  )
})

describe("GET /v1/scope-policies", () => {
  it.effect("lists those that were written, in pages by provider", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* get(policies)).body, { data: [], next_cursor: null })
      yield* put({})
      yield* put({ denied: ["sandbox.notes.read"] }, `${policies}/incremental`)
      const first = yield* get(`${policies}?limit=1`)
      assert.deepStrictEqual(first.body.data, [
        { provider: "incremental", version: 1, denied: ["sandbox.notes.read"], updated_at: epoch }
      ])
      const second = yield* get(`${policies}?limit=1&cursor=${first.body.next_cursor}`)
      assert.deepStrictEqual(second.body, {
        data: [{ provider: "sandbox", version: 1, updated_at: epoch }],
        next_cursor: null
      })
      assert.strictEqual((yield* get(`${policies}?cursor=x`)).status, 400)
      assert.deepStrictEqual((yield* get(policies, otherTenantsAdmin)).body.data, [])
    }).pipe(inApi)
  )
})

describe("PUT /v1/scope-policies/{provider}", () => {
  it.effect("writes one version behind the other, and answers it", () =>
    Effect.gen(function* () {
      const first = yield* put({ ...everyField, version: 0 })
      assert.strictEqual(first.status, 200)
      assert.deepStrictEqual(first.body, { provider: "sandbox", version: 1, ...everyField, updated_at: epoch })
      assert.deepStrictEqual((yield* put({})).body, { provider: "sandbox", version: 2, updated_at: epoch })
    }).pipe(inApi)
  )

  it.effect("is a 409 with the newest version where another is named", () =>
    Effect.gen(function* () {
      yield* put({})
      const { body, status } = yield* put({ version: 0, allowed: [] })
      assert.strictEqual(status, 409)
      assert.deepInclude(body, { code: "policy_outdated", version: 1 })
      assert.deepStrictEqual((yield* get()).body, { provider: "sandbox", version: 1, updated_at: epoch })
    }).pipe(inApi)
  )

  it.effect("names the scopes and the features that there are not", () =>
    Effect.gen(function* () {
      const scope = yield* put({ by_role: { admin: { allowed: ["sandbox.notes.read", "x"] } } })
      assert.strictEqual(scope.status, 422)
      assert.deepInclude(scope.body, { code: "unknown_scope", scopes: ["x"] })
      const feature = yield* put({ features: ["x"] })
      assert.strictEqual(feature.status, 422)
      assert.deepInclude(feature.body, { code: "unknown_feature", features: ["x"] })
    }).pipe(inApi)
  )

  it.effect.each([
    [{ allowed: "sandbox.notes.read" }, "body.allowed"],
    [{ allow: [] }, "body.allow"],
    [{ max_sensitivity: "secret" }, "body.max_sensitivity"],
    [{ by_role: { owner: {} } }, "body.by_role.owner"],
    [{ by_role: { user: { features: [] } } }, "body.by_role.user.features"],
    [{ version: -1 }, "body.version"],
    [{ version: 0.5 }, "body.version"],
    [{ wider_tokens: true }, "body.wider_tokens"],
    [{ purpose_required: "yes" }, "body.purpose_required"]
  ] as const)("refuses %j at %s, also in a dry run", ([wrong, path]) =>
    Effect.gen(function* () {
      for (const { body, status } of [yield* put(wrong), yield* dryRun(wrong)]) {
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(
          body.errors.map((error: { readonly path: string }) => error.path),
          [path]
        )
      }
      assert.strictEqual((yield* get()).body.version, 0)
    }).pipe(inApi)
  )
})

describe("POST /v1/scope-policies/{provider}/dry-run", () => {
  it.effect("lists who would lose what, and writes nothing", () =>
    Effect.gen(function* () {
      const [adas, bobs] = [yield* connected(), yield* connected(bob)]
      yield* connected(namesake)
      const { body, status } = yield* dryRun({ denied: ["sandbox.notes.read"], wider_tokens: "release" })
      assert.strictEqual(status, 200)
      const lost = { token_lost: false, scopes_lost: ["sandbox.notes.read"], features_lost: ["sandbox.notes.read"] }
      assert.deepStrictEqual(body, {
        data: [
          { user: ada.user, integration_id: adas, ...lost },
          { user: bob.user, integration_id: bobs, ...lost }
        ],
        next_cursor: null
      })
      assert.strictEqual((yield* get()).body.version, 0)
    }).pipe(inApi)
  )

  it.effect("gives pages, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      const ids = [yield* connected(), yield* connected(bob)]
      const first = yield* dryRun({ allowed: [] }, "?limit=1")
      const second = yield* dryRun({ allowed: [] }, `?limit=1&cursor=${first.body.next_cursor}`)
      const listed = [...first.body.data, ...second.body.data]
      assert.deepStrictEqual(
        listed.map(({ integration_id, token_lost }) => [integration_id, token_lost]),
        ids.map((id) => [id, true])
      )
      assert.isNull(second.body.next_cursor)
      assert.strictEqual((yield* dryRun({}, "?cursor=x")).status, 400)
      assert.strictEqual((yield* dryRun({}, "?limit=0")).status, 400)
    }).pipe(inApi)
  )

  it.effect("is a 409 where another version than the newest is named", () =>
    Effect.gen(function* () {
      assert.deepInclude((yield* dryRun({ version: 3 })).body, { code: "policy_outdated", version: 0 })
    }).pipe(inApi)
  )
})

describe("the routes of scope policies", () => {
  const routes = [
    ["GET", policies],
    ["GET", policy],
    ["PUT", policy],
    ["POST", `${policy}/dry-run`]
  ] as const
  for (const [method, path] of routes) {
    const body = method === "GET" ? {} : { body: {} }

    it.effect(`${method} ${path} is for admins, or with the permission policies:write`, () =>
      Effect.gen(function* () {
        for (const bearer of [adasToken, servicesToken, tokenOf("eve", ["auditor"]), tokenOf("eve", [])]) {
          const refused = yield* call(method, path, { bearer, ...body })
          assert.strictEqual(refused.status, 403)
          assert.deepInclude(refused.body, { code: "permission_required", permission: "policies:write" })
        }
        const permitted = tokenOf("eve", ["user"], { permissions: ["policies:write"] })
        assert.strictEqual((yield* call(method, path, { bearer: permitted, ...body })).status, 200)
        assert.strictEqual((yield* call(method, path, body)).status, 401)
      }).pipe(inApi)
    )
  }
})
