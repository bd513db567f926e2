import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ada } from "../application/Journey.ts"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { anAccount } from "../fakes/Samples.ts"
import { activate, activated, allow, begin, follow, get, identity, inProduct, textVersion } from "./Product.ts"
import { call } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const unknown = "0190b4c5-0000-7000-8000-000000000001"

describe("POST /v1/users/{user}/features/{feature}/activate", () => {
  it.effect("answers the authorization to follow, and at once where that was followed", () =>
    Effect.gen(function* () {
      const begun = yield* activate("diary", { login_hint: "ada@example.test" })
      assert.strictEqual(begun.status, 201)
      assert.strictEqual(begun.headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(Object.keys(begun.body), ["id", "status", "authorization_url", "scopes", "expires_at"])
      assert.sameMembers(begun.body.scopes, [...identity, "sandbox.notes.read"])
      assert.strictEqual((yield* get("diary")).body.state, "needs_connection")
      const integration = yield* follow(begun.body)
      assert.strictEqual(integration.status, 200)
      assert.deepStrictEqual(integration.body.features, ["diary"])
      const again = yield* activate("diary")
      assert.strictEqual(again.status, 200)
      assert.strictEqual(again.headers.get("cache-control"), "no-store")
      assert.deepInclude(again.body, {
        id: "diary",
        state: "active",
        integration_id: integration.body.id,
        missing_scopes: [],
        next: { action: "none", providers: ["sandbox"] }
      })
      assert.deepStrictEqual((yield* get("diary")).body, again.body)
      const activations = (yield* recordedAbout(ada)).filter(({ action }) => action === "feature.activated")
      assert.deepStrictEqual(
        activations.map(({ object }) => object),
        [{ type: "feature", id: "diary" }]
      )
    }).pipe(inProduct)
  )

  it.effect("activates at once what was granted for another feature, as consented to as that one", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("diary")
      const { body, status } = yield* activate("notebook")
      assert.strictEqual(status, 200)
      assert.deepInclude(body, { state: "active", integration_id: id })
      const consents = yield* call("GET", "/v1/users/me/consents", { bearer: adasToken })
      assert.deepStrictEqual(
        consents.body.data.map((consent: { readonly feature: string }) => consent.feature),
        [null, "diary", "notebook"]
      )
    }).pipe(inProduct)
  )

  it.effect("asks in one authorization for what the feature requires besides", () =>
    Effect.gen(function* () {
      const begun = yield* activate("agenda")
      assert.sameMembers(begun.body.scopes, [...identity, "sandbox.notes.read", "sandbox.calendar.read"])
      assert.sameMembers((yield* follow(begun.body)).body.features, ["agenda", "diary"])
      assert.strictEqual((yield* get("agenda")).body.state, "active")
    }).pipe(inProduct)
  )

  it.effect("asks to choose a provider where several could serve, and takes the one that is named", () =>
    Effect.gen(function* () {
      const undecided = yield* activate("notebook")
      assert.strictEqual(undecided.status, 409)
      assert.deepInclude(undecided.body, { code: "provider_choice_required", providers: ["sandbox", "mirror"] })
      const { body } = yield* activate("notebook", { provider: "mirror" })
      yield* follow(body)
      const active = yield* get("notebook")
      assert.strictEqual(active.body.state, "active")
      assert.strictEqual(active.body.alternatives[0].parts[0].provider, "mirror")
    }).pipe(inProduct)
  )

  it.effect("refuses a provider that has no part in the feature", () =>
    Effect.gen(function* () {
      for (const provider of ["mirror", "nowhere"]) {
        const { body, status } = yield* activate("diary", { provider })
        assert.strictEqual(status, 422)
        assert.deepInclude(body, { code: "provider_unsuitable", providers: ["sandbox"] })
      }
    }).pipe(inProduct)
  )

  it.effect("takes one authorization a provider where several serve together", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("briefing")
      const second = yield* activate("briefing", { integration_id: id })
      assert.strictEqual(second.status, 201)
      assert.sameMembers(second.body.scopes, [...identity, "sandbox.calendar.read"])
      assert.strictEqual((yield* follow(second.body)).body.provider, "mirror")
      const third = yield* activate("briefing", { integration_id: id })
      assert.deepStrictEqual([third.status, third.body.state], [200, "active"])
    }).pipe(inProduct)
  )

  it.effect("serves it with the account that is named, and with no other", () =>
    Effect.gen(function* () {
      const first = yield* activated("diary")
      const begun = yield* begin({ scopes: ["sandbox.notes.read"], features: ["notebook"] })
      const second = yield* follow(begun.body, { account: anAccount() })
      const moved = yield* activate("diary", { integration_id: second.body.id })
      assert.deepStrictEqual([moved.status, moved.body.integration_id], [200, second.body.id])
      const left = yield* call("GET", `/v1/users/me/integrations/${first.id}`, { bearer: adasToken })
      assert.deepStrictEqual(left.body.features, [])
    }).pipe(inProduct)
  )

  it.effect("knows no account that is not the user's, whether it is needed or not", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* activate("diary", { integration_id: unknown })).status, 404)
      yield* activated("diary")
      assert.strictEqual((yield* activate("diary", { integration_id: unknown })).status, 404)
    }).pipe(inProduct)
  )

  it.effect("is refused where the tenant's policy lacks the feature, or denies what it needs", () =>
    Effect.gen(function* () {
      for (const policy of [{ features: ["notebook"] }, { denied: ["sandbox.notes.read"] }, { allowed: [] }]) {
        yield* allow(policy)
        const { body, status } = yield* activate("diary")
        assert.strictEqual(status, 403)
        assert.deepInclude(body, { code: "feature_not_allowed", feature: "diary" })
      }
    }).pipe(inProduct)
  )

  it.effect("is refused where no provider of it is loaded", () =>
    Effect.gen(function* () {
      const { body, status } = yield* activate("telegram")
      assert.deepStrictEqual([status, body.code], [409, "provider_not_configured"])
    }).pipe(inProduct)
  )

  it.effect("takes the words of today that were shown, and no others", () =>
    Effect.gen(function* () {
      const version = yield* textVersion({ features: "diary", locale: "de" })
      const stale = yield* activate("diary", { consent: { text_version: "AAAAAAAAAAAAAAAA", locale: "de" } })
      assert.strictEqual(stale.status, 409)
      assert.deepInclude(stale.body, { code: "consent_text_outdated", version })
      const shown = yield* activate("diary", { consent: { text_version: version, locale: "de" } })
      assert.strictEqual(shown.status, 201)
      yield* follow(shown.body)
    }).pipe(inProduct)
  )

  it.effect("takes no other words either where nothing has to be authorized", () =>
    Effect.gen(function* () {
      yield* activated("diary")
      const version = yield* textVersion({ features: "notebook" })
      const stale = yield* activate("notebook", { consent: { text_version: "AAAAAAAAAAAAAAAA", locale: "en" } })
      assert.strictEqual(stale.status, 409)
      assert.deepInclude(stale.body, { code: "consent_text_outdated", version })
      assert.strictEqual((yield* get("notebook")).body.state, "inactive")
      const shown = yield* activate("notebook", { consent: { text_version: version, locale: "en" } })
      assert.deepStrictEqual([shown.status, shown.body.state], [200, "active"])
    }).pipe(inProduct)
  )

  it.effect("names every field that is wrong", () =>
    Effect.gen(function* () {
      const { body, status } = yield* activate("diary", {
        provider: 7,
        integration_id: "1",
        return_to: "",
        login_hint: "a\u0000b",
        consent: { text_version: "", locale: "de_AT" },
        scopes: []
      })
      assert.strictEqual(status, 400)
      assert.sameMembers(
        body.errors.map((error: { readonly path: string }) => error.path),
        [
          "body.provider",
          "body.integration_id",
          "body.return_to",
          "body.login_hint",
          "body.consent.text_version",
          "body.consent.locale",
          "body.scopes"
        ]
      )
    }).pipe(inProduct)
  )
})
