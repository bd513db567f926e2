import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ada } from "../application/Journey.ts"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { activate, activated, allow, begin, deactivate, follow, get, identity, inProduct } from "./Product.ts"
import { call } from "./TestApi.ts"
import { adasToken, servicesToken } from "./TestCallers.ts"

describe("POST /v1/users/{user}/features/{feature}/deactivate", () => {
  it.effect("tells of what then is unused, and how to narrow it; repeating it changes nothing", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("diary")
      const off = yield* deactivate("diary")
      assert.strictEqual(off.status, 200)
      assert.strictEqual(off.headers.get("cache-control"), "no-store")
      assert.strictEqual(off.body.state, "inactive")
      assert.deepStrictEqual(off.body.narrow, [
        {
          provider: "sandbox",
          integration_id: id,
          unused_scopes: ["sandbox.notes.read"],
          features: [],
          scopes: identity
        }
      ])
      assert.deepStrictEqual((yield* deactivate("diary")).body, off.body)
      const switchings = (yield* recordedAbout(ada)).filter(({ action }) => action === "feature.deactivated")
      assert.lengthOf(switchings, 1)
    }).pipe(inProduct)
  )

  it.effect("keeps what another feature needs, and the consent: switching on again asks nothing", () =>
    Effect.gen(function* () {
      yield* activated("diary")
      yield* activate("notebook")
      assert.deepStrictEqual((yield* deactivate("diary")).body.narrow, [])
      const on = yield* activate("diary")
      assert.deepStrictEqual([on.status, on.body.state], [200, "active"])
      const consents = yield* call("GET", "/v1/users/me/consents", { bearer: adasToken })
      assert.lengthOf(consents.body.data, 3)
    }).pipe(inProduct)
  )

  it.effect("changes nothing of a feature that was never on", () =>
    Effect.gen(function* () {
      const before = yield* get("diary")
      const { body, status } = yield* deactivate("diary")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, { ...before.body, narrow: [] })
    }).pipe(inProduct)
  )
})

describe("narrow of POST /v1/users/{user}/authorizations", () => {
  it.effect("asks for exactly the scopes, and ends what was granted before", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("agenda")
      const off = yield* deactivate("agenda")
      const [narrowing] = off.body.narrow
      assert.deepStrictEqual(narrowing.unused_scopes, ["sandbox.calendar.read"])
      const asked = { integration_id: id, scopes: narrowing.scopes }
      const wide = yield* begin(asked)
      assert.sameMembers(wide.body.scopes, [...identity, "sandbox.notes.read", "sandbox.calendar.read"])
      const narrow = yield* begin({ ...asked, narrow: true })
      assert.sameMembers(narrow.body.scopes, [...identity, "sandbox.notes.read"])
      const integration = yield* follow(narrow.body)
      assert.strictEqual(integration.body.id, id)
      assert.sameMembers(integration.body.scopes, [...identity, "sandbox.notes.read"])
      assert.strictEqual((yield* get("agenda")).body.state, "needs_scopes")
      assert.strictEqual((yield* get("diary")).body.state, "active")
    }).pipe(inProduct)
  )

  it.effect("leaves each feature that it names a consent of its own, and withdraws those of before", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("agenda")
      const [narrowing] = (yield* deactivate("agenda")).body.narrow
      yield* follow(
        (yield* begin({ integration_id: id, features: ["diary"], scopes: narrowing.scopes, narrow: true })).body
      )
      const { body } = yield* call("GET", "/v1/users/me/consents", { bearer: adasToken })
      const isWithdrawn = (consent: object) => "withdrawn_by" in consent && consent.withdrawn_by === "user"
      assert.deepStrictEqual(
        body.data.map((consent: { readonly feature: string | null }) => [consent.feature, isWithdrawn(consent)]),
        [
          [null, true],
          ["diary", true],
          ["agenda", true],
          [null, false],
          ["diary", false]
        ]
      )
    }).pipe(inProduct)
  )
})

describe("the token of an account", () => {
  const tokenOfAccount = (id: string, body: Readonly<Record<string, unknown>> = {}) =>
    call("POST", `/v1/users/${ada.user}/integrations/${id}/token`, { bearer: servicesToken, body })

  it.effect("goes on being released for the rest after a feature was switched off", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("agenda")
      yield* deactivate("agenda")
      const { body, status } = yield* tokenOfAccount(id)
      assert.strictEqual(status, 200)
      assert.sameMembers(body.scopes, [...identity, "sandbox.notes.read"])
      const asked = yield* tokenOfAccount(id, { scopes: ["sandbox.calendar.read"] })
      assert.deepStrictEqual([asked.status, asked.body.code], [403, "scope_not_granted"])
    }).pipe(inProduct)
  )

  it.effect("is too wide after a consent was withdrawn, until it is narrowed or the policy lets it out", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("agenda")
      const consents = yield* call("GET", "/v1/users/me/consents", { bearer: adasToken })
      const { id: consent } = consents.body.data.find(
        ({ feature }: { readonly feature: string | null }) => feature === "agenda"
      )
      yield* call("DELETE", `/v1/users/me/consents/${consent}`, { bearer: adasToken })
      const refused = yield* tokenOfAccount(id)
      assert.strictEqual(refused.status, 403)
      assert.deepInclude(refused.body, { code: "token_too_wide", excess_scopes: ["sandbox.calendar.read"] })
      yield* allow({ wider_tokens: "release" })
      const wide = yield* tokenOfAccount(id)
      assert.strictEqual(wide.status, 200)
      assert.sameMembers(wide.body.scopes, [...identity, "sandbox.notes.read"])
      yield* allow({})
      yield* follow((yield* begin({ integration_id: id, features: ["diary"], narrow: true })).body)
      assert.strictEqual((yield* tokenOfAccount(id)).status, 200)
    }).pipe(inProduct)
  )

  it.effect(
    "is handed out for its features though the consent to the account itself is withdrawn, without what identifies it",
    () =>
      Effect.gen(function* () {
        const { id } = yield* activated("diary")
        const [account] = (yield* call("GET", "/v1/users/me/consents", { bearer: adasToken })).body.data
        assert.isNull(account.feature)
        yield* call("DELETE", `/v1/users/me/consents/${account.id}`, { bearer: adasToken })
        const released = yield* tokenOfAccount(id)
        assert.deepStrictEqual([released.status, released.body.scopes], [200, ["sandbox.notes.read"]])
      }).pipe(inProduct)
  )
})
