import { ScopePolicyRepository } from "@oauth-manager/application"
import { Language, ProviderId, type ScopePolicy } from "@oauth-manager/domain"
import notion from "@oauth-manager/provider-notion"
import sandbox from "@oauth-manager/provider-sandbox"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { aCaller, aScope, features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, byAda, byService, start, stored } from "./Journey.ts"
import {
  activate,
  beginning,
  consent,
  deactivate,
  featureOf,
  googleScope,
  inProduct,
  inProductOf,
  stateOf
} from "./Product.ts"
import { actions, endings, events, eventsOf } from "./Recorded.ts"
import { assertToldAll } from "./Told.ts"
import { find, read, refresh, refreshesTo } from "./Tokens.ts"

const identity = scopes("openid", "email", "profile")
const [readCalendar, readMail] = [googleScope("calendar.readonly"), googleScope("gmail.readonly")]

/** The tenant's policy from now on. */
const decree = Effect.fnUntraced(function* (policy: ScopePolicy, provider = "google") {
  const policies = yield* ScopePolicyRepository
  const id = ProviderId.make(provider)
  const found = yield* policies.find(ada, id)
  const version = Option.match(found, { onNone: () => 0, onSome: (newest) => newest.version })
  yield* policies.put(ada, id, policy, version)
})

const calendarAndMail = Effect.gen(function* () {
  yield* consent(yield* beginning("google.calendar.read"))
  return (yield* consent(yield* beginning("google.mail.read"), { earlier: [...identity, readCalendar] })).integration
})

describe("A scope policy, at the start of an authorization", () => {
  it.effect("keeps denied scopes and features from being asked for", () =>
    Effect.gen(function* () {
      yield* decree({ denied: [readMail], features: [...features("google.mail.read", "google.tasks.write")] })
      const mail = yield* Effect.flip(start({ provider: "google", features: features("google.mail.read"), scopes: [] }))
      assert.deepInclude(mail, { _tag: "ScopeNotAllowed", scopes: [readMail] })
      const calendar = { provider: "google", features: features("google.calendar.read"), scopes: [] }
      assert.deepInclude(yield* Effect.flip(start(calendar)), { _tag: "FeatureNotAllowed" })
      assert.deepInclude(yield* Effect.flip(activate("google.mail.read")), { _tag: "FeatureNotAllowed" })
      assert.strictEqual(yield* stateOf("google.mail.read"), "not_allowed")
      assert.strictEqual(yield* stateOf("google.tasks.write"), "needs_connection")
      assert.strictEqual((yield* actions).length, 0)
    }).pipe(inProduct)
  )

  it.effect("counts for callers in a role alone, where it says so", () =>
    Effect.gen(function* () {
      yield* decree({ by_role: { user: { denied: [readMail] } } })
      const byUser = aCaller(ada, { roles: ["user"] })
      assert.strictEqual((yield* featureOf("google.mail.read", byUser)).state, "not_allowed")
      assert.strictEqual(
        (yield* featureOf("google.mail.read", aCaller(ada, { roles: ["admin"] }))).state,
        "needs_connection"
      )
    }).pipe(inProduct)
  )

  it.effect("closes a provider without scopes where nothing is allowed", () =>
    Effect.gen(function* () {
      yield* decree({ allowed: [] }, "notion")
      const failure = yield* Effect.flip(start({ provider: "notion", features: [], scopes: [] }))
      assert.deepInclude(failure, { _tag: "ScopeNotAllowed", scopes: [] })
    }).pipe(inProductOf([notion], []))
  )

  it.effect("leaves out what a feature can do without, and no consent says that the user refused it", () =>
    Effect.gen(function* () {
      const events = googleScope("calendar.events")
      yield* decree({ denied: [events] })
      assert.strictEqual(yield* stateOf("calendar"), "needs_connection")
      const begun = yield* beginning("calendar", { provider: Option.some("google") })
      assert.sameMembers([...begun.asked], [...identity, readCalendar])
      yield* consent(begun)
      assert.strictEqual(yield* stateOf("calendar"), "active")
      for (const [, { denied }] of (yield* stored).consents) assert.deepStrictEqual(denied, [])
      const named = { provider: "google", features: features("calendar"), scopes: [events] }
      assert.deepInclude(yield* Effect.flip(start(named)), { _tag: "ScopeNotAllowed", scopes: [events] })
    }).pipe(inProduct)
  )

  it.effect("leaves out what was granted before it, where the whole grant is asked for anew", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("sandbox.notes.read"))
      yield* decree({ denied: scopes("sandbox.notes.read") }, "sandbox")
      assert.strictEqual(yield* stateOf("sandbox.calendar.read"), "needs_scopes")
      const begun = yield* beginning("sandbox.calendar.read")
      assert.isFalse(begun.authorization.incremental)
      assert.notInclude([...begun.asked], scopes("sandbox.notes.read")[0])
      const { integration } = yield* consent(begun)
      assert.include([...(yield* read(integration)).scopes], scopes("sandbox.calendar.read")[0])
    }).pipe(inProductOf([sandbox], []))
  )

  it.effect("leaves the other way of a feature open", () =>
    Effect.gen(function* () {
      yield* decree({ allowed: [] })
      const begun = yield* beginning("calendar")
      assert.strictEqual(begun.authorization.provider, "microsoft")
    }).pipe(inProduct)
  )
})

describe("A scope policy, at the exchange", () => {
  const calendarOfMicrosoft = { provider: Option.some("microsoft") }

  it.effect("makes an escalation of what the provider adds beyond it, and discards the grant", () =>
    Effect.gen(function* () {
      yield* decree({ denied: [...scopes("Mail.Read")] }, "microsoft")
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const begun = yield* beginning("calendar", calendarOfMicrosoft)
      const failure = yield* Effect.flip(consent(begun, { earlier: scopes("Mail.Read") }))
      assert.deepInclude(failure, { _tag: "AuthorizationFailed", error: "scope_escalation" })
      assert.lengthOf(yield* endings("scope.escalation_refused"), 1)
      assert.strictEqual((yield* featureOf("calendar")).alternatives[0].state, "needs_connection")
    }).pipe(inProduct)
  )

  it.effect("lets the rest of earlier consents in, which count for nothing", () =>
    Effect.gen(function* () {
      const begun = yield* beginning("calendar", calendarOfMicrosoft)
      const { integration } = yield* consent(begun, { earlier: scopes("Mail.Read") })
      assert.deepStrictEqual(integration.surplusScopes, scopes("Mail.Read"))
      assert.strictEqual(yield* stateOf("microsoft.mail.read"), "needs_scopes")
      const released = yield* read(integration)
      assert.notInclude([...released.scopes], scopes("Mail.Read")[0])
    }).pipe(inProduct)
  )
})

describe("A scope policy, at the release of a token", () => {
  it.effect("counts as it stands today: once narrowed, the next release obeys it", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      assert.include([...(yield* read(integration)).scopes], readMail)
      yield* decree({ denied: [readMail] })
      const asked = yield* Effect.flip(read(integration, { scopes: [readMail] }))
      assert.deepInclude(asked, { _tag: "ScopeNotAllowed", scopes: [readMail] })
      const wide = yield* Effect.flip(read(integration, { scopes: [readCalendar] }))
      assert.deepInclude(wide, { _tag: "TokenTooWide", excess: [readMail] })
      yield* refreshesTo({})
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "TokenTooWide")
      yield* decree({})
      assert.include([...(yield* read(integration)).scopes], readMail)
    }).pipe(inProduct)
  )

  it.effect(
    "row 60: freezes all of a tenant's connections with a provider from the moment that it allows nothing",
    () =>
      Effect.gen(function* () {
        const integration = yield* calendarAndMail
        yield* decree({ allowed: [] })
        assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ScopeNotAllowed")
        assert.strictEqual((yield* Effect.flip(read(integration, { scopes: [readCalendar] })))._tag, "ScopeNotAllowed")
        yield* refreshesTo({})
        assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ScopeNotAllowed")
        assert.strictEqual(
          (yield* Effect.flip(start({ provider: "google", scopes: [readMail] })))._tag,
          "ScopeNotAllowed"
        )
        yield* decree({})
        assert.include([...(yield* read(integration)).scopes], readMail)
      }).pipe(inProduct)
  )

  it.effect("lets a wider token out where it says so, and still names what is allowed alone", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      yield* decree({ denied: [readMail], wider_tokens: "release" })
      const released = yield* read(integration, { scopes: [readCalendar] })
      assert.include([...released.scopes], readCalendar)
      assert.notInclude([...released.scopes], readMail)
      assert.strictEqual((yield* Effect.flip(read(integration, { scopes: [readMail] })))._tag, "ScopeNotAllowed")
    }).pipe(inProduct)
  )

  it.effect("wants to know what a token is for, where it says so, and puts it on the audit trail", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      yield* decree({ purpose_required: true })
      const before = (yield* eventsOf("token.released")).length
      for (const purpose of [Option.none(), Option.some("  ")]) {
        const refused = yield* Effect.flip(read(integration, { purpose }))
        assert.deepInclude(refused, { _tag: "PurposeRequired", provider: "google" })
      }
      assert.lengthOf(yield* eventsOf("token.released"), before)
      yield* read(integration, { purpose: Option.some("the weekly digest") })
      const released = (yield* eventsOf("token.released")).at(-1)
      assert.strictEqual(released?.purpose, "the weekly digest")
    }).pipe(inProduct)
  )

  it.effect("keeps the token of a refresh, which tells no purpose, and renews it all the same", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      yield* refreshesTo({})
      assert.isTrue("accessToken" in (yield* refresh(integration, byService)))
      yield* decree({ purpose_required: true })
      yield* refreshesTo({})
      const described = yield* refresh(integration, byService)
      assert.isTrue(described.refreshed)
      assert.isFalse("accessToken" in described)
    }).pipe(inProduct)
  )

  it.effect("tells a caller who gets no token of the same scopes", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      yield* decree({ denied: [readMail] })
      yield* refreshesTo({})
      const described = yield* refresh(integration, byAda)
      assert.notInclude([...described.scopes], readMail)
      assert.isFalse("accessToken" in described)
    }).pipe(inProduct)
  )

  it.effect("is another tenant's business no more than its tokens", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      const policies = yield* ScopePolicyRepository
      const stranger = aScope()
      yield* policies.put(stranger, ProviderId.make("google"), { allowed: [] }, 0)
      assert.include([...(yield* read(integration, {}, byService)).scopes], readMail)
    }).pipe(inProduct)
  )
})

describe("A grant that is narrowed", () => {
  it.effect("holds what was asked for alone, withdraws what came before, and its token is handed out again", () =>
    Effect.gen(function* () {
      const integration = yield* calendarAndMail
      yield* deactivate("google.mail.read")
      const started = yield* start({
        provider: "google",
        integrationId: Option.some(integration.id),
        features: features("google.calendar.read"),
        scopes: [],
        narrows: true
      })
      assert.sameMembers([...started.authorization.requestedScopes], [...identity, readCalendar])
      assert.isFalse(started.authorization.incremental)
      const narrowed = yield* consent({ ...started, asked: started.authorization.requestedScopes })
      assert.strictEqual(narrowed.integration.id, integration.id)
      assert.sameMembers([...narrowed.integration.grantedScopes], [...identity, readCalendar])
      assert.sameMembers([...narrowed.integration.requestedScopes], [...identity, readCalendar])
      assert.strictEqual(yield* stateOf("google.calendar.read"), "active")
      assert.strictEqual(yield* stateOf("google.mail.read"), "needs_scopes")
      assert.sameMembers([...(yield* read(integration)).scopes], [...identity, readCalendar])
    }).pipe(inProduct)
  )

  it.effect("switches off what was not asked for again, which does not come back with another feature", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("calendar", { provider: Option.some("google") }))
      yield* consent(yield* beginning("google.mail.read"), { earlier: integration.grantedScopes })
      const started = yield* start({
        provider: "google",
        integrationId: Option.some(integration.id),
        features: features("google.mail.read"),
        scopes: [],
        narrows: true
      })
      const narrowed = yield* consent({ ...started, asked: started.authorization.requestedScopes })
      assert.deepStrictEqual(narrowed.integration.features, features("google.mail.read"))
      yield* consent(yield* beginning("google.calendar.read"), { earlier: [readMail] })
      assert.strictEqual(yield* stateOf("calendar"), "inactive")
      yield* assertToldAll
    }).pipe(inProduct)
  )
})

describe("A consent", () => {
  it.effect("says by which client it was given, and from where in words that nobody can guess", () =>
    Effect.gen(function* () {
      const web = aCaller(ada, { client: "web", address: "203.0.113.7", agent: "Mozilla/5.0" })
      yield* consent(yield* beginning("google.mail.read"), { caller: web })
      yield* consent(yield* beginning("google.tasks.write"), { caller: web })
      const rows = yield* stored
      const origins = [...rows.consents].map(([, { origin }]) => origin)
      for (const { address, agent, client } of origins) {
        assert.deepStrictEqual(client, Option.some("web"))
        assert.deepStrictEqual([address, agent], [origins[0]?.address, origins[0]?.agent])
        assert.notDeepEqual(address, agent)
        assert.isTrue(Option.exists(address, ({ length }) => length === 32))
      }
      assert.notInclude(JSON.stringify([rows, yield* events]), "203.0.113.7")
    }).pipe(inProduct)
  )

  it.effect("is not begun on words that are not today's", () =>
    Effect.gen(function* () {
      const text = Option.some({ version: "yesterday", locale: Language.make("en") })
      const failure = yield* Effect.flip(activate("google.mail.read", { text }))
      assert.strictEqual(failure._tag, "ConsentTextOutdated")
      const version = "version" in failure ? failure.version : assert.fail("no version")
      const begun = yield* beginning("google.mail.read", {
        text: Option.some({ version, locale: Language.make("en") })
      })
      yield* consent(begun)
      const found = (yield* find(yield* consentedIntegration)).integration
      assert.strictEqual(found.status, "active")
    }).pipe(inProduct)
  )

  const consentedIntegration = Effect.map(stored, ({ integrations }) => {
    const [first] = [...integrations].map(([, integration]) => integration)
    return first ?? assert.fail("none")
  })
})
