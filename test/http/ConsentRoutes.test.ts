import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { ada, bob, namesake } from "../application/Journey.ts"
import { mail, videos } from "../application/SharedGrant.ts"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { anAccount } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { activate, activated, admin, begin, features, follow, identity, inProduct, textVersion } from "./Product.ts"
import { anonymous, call, inApiOf } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const path = "/v1/users/me/consents"
const epoch = "1970-01-01T00:00:00.000Z"
const unknown = "0190b4c5-0000-7000-8000-000000000001"

interface Consent {
  readonly id: string
  readonly feature: string | null
  readonly withdrawn_at?: string
}

const list = Effect.map(call("GET", path, { bearer: adasToken }), ({ body }): ReadonlyArray<Consent> => body.data)
const find = (feature: string | null) =>
  Effect.map(list, (all) => all.findLast((consent) => consent.feature === feature)?.id ?? "none")
const withdraw = (id: string, query = "", bearer = adasToken) => call("DELETE", `${path}/${id}${query}`, { bearer })
const stateOf = (feature: string) =>
  Effect.map(call("GET", `${features}/${feature}`, { bearer: adasToken }), ({ body }): string => body.state)
const revoked = Effect.flatMap(ScriptedOAuthClient, ({ revoke }) => revoke.next(Effect.succeed("revoked")))

describe("GET /v1/users/{user}/consents", () => {
  it.effect("shows what was agreed to for each purpose, with the words that were shown", () =>
    Effect.gen(function* () {
      const version = yield* textVersion({ features: "diary", locale: "de" })
      const begun = yield* begin({ features: ["diary"], consent: { text_version: version, locale: "de" } })
      assert.strictEqual(begun.status, 201)
      const { body: integration } = yield* follow(begun.body)
      const { body, headers, status } = yield* call("GET", path, { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      const common = {
        provider: "sandbox",
        integration_id: integration.id,
        authorization_id: begun.body.id,
        denied: [],
        text_version: version,
        locale: "de",
        client: null,
        granted_at: epoch
      }
      const [account, diary] = body.data
      assert.deepStrictEqual(body, {
        data: [
          { ...common, id: account.id, feature: null, purpose: null, requested: identity, granted: identity },
          {
            ...common,
            id: diary.id,
            feature: "diary",
            purpose: "For the diary",
            requested: ["sandbox.notes.read"],
            granted: ["sandbox.notes.read"]
          }
        ],
        next_cursor: null
      })
    }).pipe(inProduct)
  )

  it.effect("gives pages, the oldest first, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      yield* activated("diary")
      yield* activate("notebook")
      const ids = (yield* list).map(({ id }) => id)
      assert.lengthOf(ids, 3)
      assert.deepStrictEqual(ids, ids.toSorted())
      const first = yield* call("GET", `${path}?limit=2`, { bearer: adasToken })
      const second = yield* call("GET", `${path}?limit=2&cursor=${first.body.next_cursor}`, { bearer: adasToken })
      assert.deepStrictEqual(
        [...first.body.data, ...second.body.data].map(({ id }: Consent) => id),
        ids
      )
      assert.lengthOf(first.body.data, 2)
      assert.isNull(second.body.next_cursor)
      assert.isNull((yield* call("GET", `${path}?limit=3`, { bearer: adasToken })).body.next_cursor)
      const others = yield* call("GET", `${features}?limit=1`, { bearer: adasToken })
      const foreign = yield* call("GET", `${path}?cursor=${others.body.next_cursor}`, { bearer: adasToken })
      assert.strictEqual(foreign.status, 400)
    }).pipe(inProduct)
  )

  it.effect("tells of what was refused at the provider", () =>
    Effect.gen(function* () {
      const begun = yield* begin({ features: ["diary"], scopes: ["sandbox.calendar.read"] })
      const { body } = begun
      const granted = body.scopes.filter((scope: string) => scope !== "sandbox.notes.read")
      yield* follow(body, { scopes: Option.some(granted) })
      const consents = (yield* call("GET", path, { bearer: adasToken })).body.data
      assert.deepInclude(
        consents.find(({ feature }: Consent) => feature === "diary"),
        { requested: ["sandbox.notes.read"], granted: [], denied: ["sandbox.notes.read"] }
      )
    }).pipe(inProduct)
  )
})

describe("consent of POST /v1/users/{user}/authorizations", () => {
  it.effect("is refused where the words are not those of today, and tells which are", () =>
    Effect.gen(function* () {
      const version = yield* textVersion({ features: "diary" })
      const others = yield* textVersion({ features: "agenda" })
      for (const shown of ["AAAAAAAAAAAAAAAA", others]) {
        const { body, status } = yield* begin({ features: ["diary"], consent: { text_version: shown, locale: "en" } })
        assert.strictEqual(status, 409)
        assert.deepInclude(body, { code: "consent_text_outdated", version })
      }
    }).pipe(inProduct)
  )
})

describe("DELETE /v1/users/{user}/consents/{id}", () => {
  it.effect("withdraws it once: its feature is off, and the others stand", () =>
    Effect.gen(function* () {
      yield* activated("agenda")
      yield* TestClock.adjust("1 hour")
      const id = yield* find("agenda")
      const { body, headers, status } = yield* withdraw(id)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      const withdrawal = { withdrawn_at: "1970-01-01T01:00:00.000Z", withdrawn_by: "user" }
      assert.deepInclude(body, { id, feature: "agenda", granted_at: epoch, ...withdrawal })
      assert.deepStrictEqual([yield* stateOf("agenda"), yield* stateOf("diary")], ["needs_scopes", "active"])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* withdraw(id)).body, body)
      const standing = (yield* list).filter((consent) => consent.withdrawn_at === undefined)
      assert.deepStrictEqual(
        standing.map(({ feature }) => feature),
        [null, "diary"]
      )
      const events = (yield* recordedAbout(ada)).filter(({ object }) => object.id === id || object.id === "agenda")
      assert.deepStrictEqual(
        events.map(({ action }) => action),
        ["consent.granted", "feature.activated", "consent.withdrawn", "feature.deactivated"]
      )
    }).pipe(inProduct)
  )

  it.effect("takes along all that stand for the same purpose, and none that is newer when it is repeated", () =>
    Effect.gen(function* () {
      yield* activated("diary")
      const first = yield* find("diary")
      yield* follow((yield* begin({ features: ["diary"] })).body)
      const second = yield* find("diary")
      assert.notStrictEqual(first, second)
      yield* withdraw(first)
      const ofDiary = (yield* list).filter(({ feature }) => feature === "diary")
      assert.deepStrictEqual(
        ofDiary.map((consent) => consent.withdrawn_at),
        [epoch, epoch]
      )
      yield* follow((yield* activate("diary")).body)
      assert.strictEqual((yield* withdraw(first)).status, 200)
      assert.strictEqual(yield* stateOf("diary"), "active")
    }).pipe(inProduct)
  )

  it.effect("disconnects where none is left", () =>
    Effect.gen(function* () {
      const { id } = yield* activated("diary")
      const account = yield* find(null)
      yield* withdraw(yield* find("diary"))
      const withdrawing = tokenOf(ada.user, [], { permissions: ["consents:write"] })
      const refused = yield* withdraw(account, "", withdrawing)
      assert.deepStrictEqual([refused.status, refused.body.permission], [403, "integrations:write"])
      yield* revoked
      const last = yield* withdraw(account)
      assert.strictEqual(last.status, 200)
      assert.deepInclude(last.body, { id: account, withdrawn_at: epoch, withdrawn_by: "disconnected" })
      const integration = yield* call("GET", `/v1/users/me/integrations/${id}`, { bearer: adasToken })
      assert.strictEqual(integration.body.status, "disconnected")
      assert.deepStrictEqual((yield* withdraw(account)).body, last.body)
    }).pipe(inProduct)
  )

  it.effect("needs confirm=shared where disconnecting would end others, and nothing is withdrawn before", () =>
    Effect.gen(function* () {
      const account = anAccount({ subject: "ada" })
      const first = yield* begin({ provider: "mail" })
      yield* follow(first.body, { account })
      const sibling = yield* follow((yield* begin({ provider: "videos" })).body, { account })
      const [consent] = yield* list
      const id = consent?.id ?? "none"
      const refused = yield* withdraw(id)
      assert.strictEqual(refused.status, 409)
      assert.deepInclude(refused.body, { code: "shared_grant", integrations: [sibling.body.id] })
      assert.isTrue((yield* list).every((one) => one.withdrawn_at === undefined))
      assert.strictEqual((yield* withdraw(id, "?confirm=yes")).status, 400)
      yield* revoked
      const confirmed = yield* withdraw(id, "?confirm=shared")
      assert.deepStrictEqual([confirmed.status, confirmed.body.withdrawn_by], [200, "disconnected"])
      const ended = yield* call("GET", `/v1/users/me/integrations/${sibling.body.id}`, { bearer: adasToken })
      assert.strictEqual(ended.body.status, "reauthorization_required")
    }).pipe(inApiOf([mail, videos], []))
  )
})

describe("the routes of consents", () => {
  it.effect("are for the user and administrators; services may read", () =>
    Effect.gen(function* () {
      yield* activated("agenda")
      const consents = `/v1/users/${ada.user}/consents`
      for (const bearer of [adasToken, servicesToken, admin]) {
        assert.strictEqual((yield* call("GET", consents, { bearer })).status, 200)
      }
      const refusals = [
        [servicesToken, "DELETE", "consents:write"],
        [tokenOf(ada.user, ["auditor"]), "DELETE", "consents:write"],
        [tokenOf(ada.user, ["auditor"]), "GET", "consents:read"]
      ] as const
      for (const [bearer, method, permission] of refusals) {
        const item = method === "GET" ? consents : `${consents}/${yield* find("agenda")}`
        const refused = yield* call(method, item, { bearer })
        assert.strictEqual(refused.status, 403)
        assert.deepInclude(refused.body, { code: "permission_required", permission })
        assert.strictEqual((yield* call(method, item)).status, 401)
      }
      const byAdmin = yield* call("DELETE", `${consents}/${yield* find("agenda")}`, { bearer: admin })
      assert.strictEqual(byAdmin.status, 200)
    }).pipe(inProduct)
  )

  it.effect("tell nobody whether a consent is unknown, another user's or another tenant's", () =>
    Effect.gen(function* () {
      yield* activated("diary")
      const id = yield* find("diary")
      const foreign = tokenOf(namesake.user, ["service", "admin"], { tenant: namesake.tenant })
      const answers = [
        yield* withdraw(unknown),
        yield* withdraw(id, "", tokenOf(bob.user)),
        yield* call("DELETE", `/v1/users/${ada.user}/consents/${id}`, { bearer: tokenOf(bob.user) }),
        yield* call("DELETE", `/v1/users/${ada.user}/consents/${id}`, { bearer: foreign }),
        yield* call("DELETE", `/v1/users/${bob.user}/consents/${id}`, { bearer: admin }),
        yield* call("GET", `/v1/users/${ada.user}/consents`, { bearer: tokenOf(bob.user) })
      ]
      for (const answer of answers) {
        assert.strictEqual(answer.status, 404)
        assert.deepStrictEqual(anonymous(answer), anonymous(answers[0] ?? answer))
      }
      assert.isTrue((yield* list).every((one) => one.withdrawn_at === undefined))
    }).pipe(inProduct)
  )
})
