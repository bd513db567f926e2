import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FeatureId } from "@oauth-manager/domain"
import { providerView } from "../../packages/adapters/http/src/server/views/ProviderView.ts"
import { ada } from "../application/Journey.ts"
import { aRegisteredProvider } from "../fakes/Samples.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, tokenOf } from "./TestCallers.ts"

const { definition } = aRegisteredProvider()

const sandbox = {
  id: "sandbox",
  name: "Sandbox",
  configured: true,
  scopes: definition.scopes.map(({ value, title, description, sensitivity }) => ({
    value,
    title,
    description,
    sensitivity
  })),
  features: definition.features.map(({ id, title, scopes }) => ({
    id,
    title,
    scopes,
    sensitivity: id === "sandbox.calendar.write" ? "restricted" : "sensitive"
  })),
  registered_capabilities: [],
  capabilities: { pkce: true, refresh: true, revocation: true, incremental_authorization: false },
  links: {
    documentation: definition.links?.documentation ?? null,
    manage_access: definition.links?.manageAccess ?? []
  },
  brand: {
    color: definition.brand?.color,
    monogram: definition.brand?.monogram,
    logo_svg: definition.brand?.logo ?? null
  },
  api: null,
  notices: definition.notices ?? []
}

describe("GET /v1/providers", () => {
  it.effect("shows what can be asked of each provider, in the order of ids", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/v1/providers", { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(body), ["data", "next_cursor"])
      assert.deepStrictEqual(
        body.data.map(({ id, configured }: typeof sandbox) => [id, configured]),
        [
          ["incremental", true],
          ["sandbox", true],
          ["unconfigured", false]
        ]
      )
      assert.deepStrictEqual(body.data[1], sandbox)
      assert.isTrue(body.data[0].capabilities.incremental_authorization)
      assert.isNull(body.next_cursor)
    }).pipe(inApi)
  )

  it.effect("gives pages, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      const first = yield* call("GET", "/v1/providers?limit=2", { bearer: adasToken })
      assert.lengthOf(first.body.data, 2)
      assert.isString(first.body.next_cursor)
      const second = yield* call("GET", `/v1/providers?limit=2&cursor=${first.body.next_cursor}`, { bearer: adasToken })
      assert.deepStrictEqual(
        second.body.data.map(({ id }: typeof sandbox) => id),
        ["unconfigured"]
      )
      assert.isNull(second.body.next_cursor)
    }).pipe(inApi)
  )

  it.effect("needs a token, but no permission", () =>
    Effect.gen(function* () {
      const { status } = yield* call("GET", "/v1/providers", { bearer: tokenOf(ada.user, []) })
      assert.strictEqual(status, 200)
    }).pipe(inApi)
  )

  it.effect.each(["x", "%00", "MDE5MGI0YzU", "c2FuZGJveA==", "c2FuZGJveA%3D%3D", "", "Z29vZ2xlIQ"])(
    "says that %s is not a cursor it gave out",
    (cursor) =>
      Effect.gen(function* () {
        const { status, body } = yield* call("GET", `/v1/providers?cursor=${cursor}`, { bearer: adasToken })
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(body.errors, [
          { path: "query.cursor", message: "must be the next_cursor of an earlier page of this list" }
        ])
      }).pipe(inApi)
  )

  it.effect.each(["0", "101", "-1", "1.5", "1e1", "0x10", "01", "", " 5", "ten", "NaN", "Infinity"])(
    "refuses a limit of %s",
    (limit) =>
      Effect.gen(function* () {
        const path = `/v1/providers?limit=${encodeURIComponent(limit)}`
        const { status, body } = yield* call("GET", path, { bearer: adasToken })
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(body.errors, [{ path: "query.limit", message: "must be a whole number from 1 to 100" }])
      }).pipe(inApi)
  )
})

describe("GET /v1/providers/{provider}", () => {
  it.effect("shows a provider as the list does", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/v1/providers/sandbox", { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, sandbox)
    }).pipe(inApi)
  )

  it("lists the plugin's API hosts, but none of them where the API is another operator's", () => {
    const registered = aRegisteredProvider({
      definition: { ...definition, api: { baseUrl: "https://api.test/v1", hosts: ["api.test", "files.test"] } }
    })
    assert.deepStrictEqual(providerView(registered).api, {
      base_url: "https://api.test/v1",
      hosts: ["api.test", "files.test"]
    })
    const moved = { ...registered, overrides: { apiBaseUrl: "https://emulator.test" } }
    assert.deepStrictEqual(providerView(moved).api, { base_url: "https://emulator.test", hosts: ["emulator.test"] })
  })

  it("shows the first letter of a name without a brand, and takes a feature without scopes for sensitive", () => {
    const { brand: _brand, ...plain } = definition
    const feature = { id: FeatureId.make("sandbox.pages"), title: "Pages", scopes: [] }
    const view = providerView(aRegisteredProvider({ definition: { ...plain, name: "(ünlü)", features: [feature] } }))
    assert.deepStrictEqual(view.brand, { color: "#5f6368", monogram: "Ü", logo_svg: null })
    assert.deepStrictEqual(view.features, [{ ...feature, sensitivity: "sensitive" }])
  })

  it.effect.each(["google", "Sandbox", "%00", "__proto__", "constructor", "a%2Fb", "sandbox%20"])(
    "finds nothing under %s",
    (id) =>
      Effect.gen(function* () {
        const { status, body } = yield* call("GET", `/v1/providers/${id}`, { bearer: adasToken })
        assert.strictEqual(status, 404)
        assert.strictEqual(body.code, "not_found")
      }).pipe(inApi)
  )
})
