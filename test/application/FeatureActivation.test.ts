import { WithdrawConsent } from "@oauth-manager/application"
import type { Consent, ConsentId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, byAda, start, stored } from "./Journey.ts"
import { activate, beginning, consent, deactivate, featureOf, googleScope, inProduct, stateOf } from "./Product.ts"
import { actions } from "./Recorded.ts"
import { find, loseGrant, read } from "./Tokens.ts"

const identity = scopes("openid", "email", "profile")
const [readCalendar, readMail, tasks] = [
  googleScope("calendar.readonly"),
  googleScope("gmail.readonly"),
  googleScope("tasks")
]

const theConsents = Effect.map(stored, ({ consents }) =>
  HashMap.toValues(consents).toSorted((a, b) => (a.id < b.id ? -1 : 1))
)

const consentTo = (feature: string) =>
  Effect.flatMap(theConsents, (all) =>
    Effect.fromOption(Option.fromUndefinedOr(all.findLast((one) => Option.exists(one.feature, (id) => id === feature))))
  )

const withdraw = (id: ConsentId) =>
  WithdrawConsent.use((useCase) => useCase.withdraw(byAda, ada, id, { confirmsShared: false }))

const isStanding = ({ withdrawal }: Consent) => Option.isNone(withdrawal)

describe("From nothing to three features at Google", () => {
  it.effect(
    "takes two consent screens, each of which asks for what is missing alone, though one scope was unticked",
    () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* stateOf("google.calendar.read"), "needs_connection")
        const started = yield* start({
          provider: "google",
          features: features("google.calendar.read", "google.mail.read"),
          scopes: []
        })
        const first = { ...started, asked: started.authorization.requestedScopes }
        assert.sameMembers([...first.asked], [...identity, readCalendar, readMail])
        const { integration } = yield* consent(first, { unticked: [readMail] })
        assert.strictEqual(yield* stateOf("google.calendar.read"), "active")
        const unticked = yield* featureOf("google.mail.read")
        assert.strictEqual(unticked.state, "needs_scopes")
        assert.deepStrictEqual(unticked.alternatives[0].parts[0]?.missing, [readMail])
        assert.deepStrictEqual((yield* consentTo("google.mail.read")).denied, [readMail])

        const second = yield* start({
          provider: "google",
          features: features("google.mail.read", "google.tasks.write"),
          scopes: [],
          integrationId: Option.some(integration.id)
        })
        assert.sameMembers([...second.authorization.requestedScopes], [...identity, readMail, tasks])
        assert.isTrue(second.authorization.incremental)
        yield* consent({ ...second, asked: second.authorization.requestedScopes }, { earlier: [readCalendar] })

        const three = ["google.calendar.read", "google.mail.read", "google.tasks.write"]
        for (const feature of three) assert.strictEqual(yield* stateOf(feature), "active", feature)
        assert.sameMembers([...(yield* find(integration)).features], [...features(...three)])
        const released = yield* read(integration, { scopes: [readCalendar, readMail, tasks] })
        assert.includeMembers([...released.scopes], [readCalendar, readMail, tasks])
        assert.deepStrictEqual((yield* actions).filter((action) => action === "feature.activated").length, three.length)
      }).pipe(inProduct)
  )

  it.effect("asks for one feature's scopes beside those of the account, when it is activated", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      const begun = yield* beginning("google.mail.read")
      assert.sameMembers([...begun.asked], [...identity, readMail])
      assert.deepStrictEqual(begun.authorization.integrationId, Option.some(integration.id))
    }).pipe(inProduct)
  )

  it.effect("comes back with another account, which overwrites nothing", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      const begun = yield* beginning("google.mail.read")
      const failure = yield* Effect.flip(consent(begun, { answer: { account: anAccount() } }))
      assert.deepInclude(failure, { _tag: "AuthorizationFailed", error: "account_mismatch" })
      assert.deepStrictEqual((yield* find(integration)).integration, integration)
      assert.strictEqual(yield* stateOf("google.calendar.read"), "active")
      assert.strictEqual(yield* stateOf("google.mail.read"), "needs_scopes")
    }).pipe(inProduct)
  )
})

describe("A feature of the product over several providers", () => {
  it.effect("asks which of them, serves from the one that is chosen, and stays with it", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(activate("calendar"))
      assert.strictEqual(failure._tag, "ProviderChoiceRequired")
      assert.deepStrictEqual("providers" in failure ? failure.providers.map(String) : [], ["google", "microsoft"])
      const begun = yield* beginning("calendar", { provider: Option.some("microsoft") })
      assert.includeMembers([...begun.asked], [...scopes("Calendars.Read")])
      const { integration } = yield* consent(begun)
      assert.strictEqual(integration.provider, "microsoft")
      assert.strictEqual(yield* stateOf("calendar"), "active")
      yield* consent(yield* beginning("google.calendar.read"), { answer: { account: anAccount() } })
      const [chosen] = (yield* featureOf("calendar")).alternatives
      assert.strictEqual(chosen.parts[0]?.integration?.id, integration.id)
    }).pipe(inProduct)
  )

  it.effect("is activated at once where another feature has brought the scopes, with a consent of its own", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("google.calendar.read"))
      const before = (yield* theConsents).length
      const outcome = yield* activate("calendar")
      assert.deepInclude(outcome, { _tag: "Active" })
      assert.strictEqual(yield* stateOf("calendar"), "active")
      const own = yield* consentTo("calendar")
      assert.lengthOf(yield* theConsents, before + 1)
      assert.deepStrictEqual(own.purpose, Option.some("Show your appointments beside your tasks."))
      assert.deepStrictEqual([own.granted, own.denied], [[readCalendar], [googleScope("calendar.events")]])
      yield* activate("calendar")
      assert.lengthOf(yield* theConsents, before + 1)
    }).pipe(inProduct)
  )

  it.effect("takes one authorization for each provider, and what it depends on goes with it", () =>
    Effect.gen(function* () {
      const google = yield* beginning("assistant", { provider: Option.some("google") })
      assert.includeMembers([...google.asked], [readCalendar, readMail])
      assert.deepStrictEqual(google.authorization.features, features("calendar", "assistant"))
      yield* consent(google)
      assert.strictEqual(yield* stateOf("calendar"), "active")
      assert.strictEqual(yield* stateOf("assistant"), "needs_connection")
      const other = yield* beginning("assistant")
      assert.strictEqual(other.authorization.provider, "microsoft")
      assert.notInclude([...other.asked], scopes("Calendars.Read")[0])
      yield* consent(other, { answer: { account: anAccount() } })
      assert.strictEqual(yield* stateOf("assistant"), "active")
      yield* deactivate("calendar")
      const blocked = yield* featureOf("assistant")
      assert.deepStrictEqual(
        [blocked.state, blocked.blockedBy.map(({ feature }) => feature.id)],
        ["inactive", features("calendar")]
      )
    }).pipe(inProduct)
  )

  it.effect("needs a new authorization by itself once its token is dead", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("calendar", { provider: Option.some("google") }))
      yield* TestClock.adjust("2 hours")
      yield* loseGrant(integration)
      assert.strictEqual(yield* stateOf("calendar"), "needs_reauthorization")
      const begun = yield* beginning("calendar")
      assert.deepStrictEqual(begun.authorization.integrationId, Option.some(integration.id))
      assert.includeMembers([...begun.asked], [readCalendar])
      yield* consent(begun)
      assert.strictEqual(yield* stateOf("calendar"), "active")
    }).pipe(inProduct)
  )

  it.effect("is served by the account that was authorized for it last, where there are several", () =>
    Effect.gen(function* () {
      const first = (yield* consent(yield* beginning("google.mail.read"))).integration
      const elsewhere = { answer: { account: anAccount() } }
      const begun = yield* beginning("google.calendar.read", { integrationId: Option.some(first.id) })
      assert.deepStrictEqual(begun.authorization.integrationId, Option.some(first.id))
      const second = (yield* consentAnew("google.mail.read", elsewhere)).integration
      assert.notStrictEqual(second.id, first.id)
      assert.deepStrictEqual((yield* find(first)).features, [])
      assert.deepStrictEqual((yield* find(second)).features, features("google.mail.read"))
      yield* activate("google.mail.read", { integrationId: Option.some(first.id) })
      assert.deepStrictEqual((yield* find(first)).features, features("google.mail.read"))
      assert.deepStrictEqual((yield* find(second)).features, [])
    }).pipe(inProduct)
  )

  /** As by `POST …/authorizations`, for a further account. */
  const consentAnew = Effect.fnUntraced(function* (feature: string, given: Parameters<typeof consent>[1]) {
    const started = yield* start({ provider: "google", features: features(feature), scopes: [] })
    return yield* consent({ ...started, asked: started.authorization.requestedScopes }, given)
  })
})

describe("A feature that is switched off", () => {
  it.effect(
    "has its scopes released no more, but for those that another feature needs, and comes back without asking",
    () =>
      Effect.gen(function* () {
        const { integration } = yield* consent(yield* beginning("google.calendar.read"))
        yield* activate("calendar")
        yield* consent(yield* beginning("google.mail.read"), { earlier: integration.grantedScopes })
        const { narrowings, report } = yield* deactivate("google.mail.read")
        assert.strictEqual(report.state, "inactive")
        assert.deepStrictEqual(
          narrowings.map(({ integration, unused }) => [integration.id, unused]),
          [[integration.id, [readMail]]]
        )
        yield* deactivate("google.calendar.read")
        const released = yield* read(integration, { scopes: [readCalendar] })
        assert.notInclude([...released.scopes], readMail)
        const refused = yield* Effect.flip(read(integration, { scopes: [readMail] }))
        assert.deepInclude(refused, { _tag: "ScopeNotGranted", missing: [readMail] })
        assert.deepInclude(yield* activate("google.mail.read"), { _tag: "Active" })
        assert.include([...(yield* read(integration)).scopes], readMail)
      }).pipe(inProduct)
  )

  it.effect("stays off when it is switched off again, and nothing more is recorded", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("google.mail.read"))
      yield* deactivate("google.mail.read")
      const before = yield* actions
      yield* deactivate("google.mail.read")
      assert.deepStrictEqual(yield* actions, before)
      assert.strictEqual(before.filter((action) => action === "feature.deactivated").length, 1)
    }).pipe(inProduct)
  )
})

describe("A consent that is withdrawn", () => {
  it.effect("ends its feature and leaves the others; the token, which can still do it, is not handed out", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      yield* consent(yield* beginning("google.mail.read"), { earlier: integration.grantedScopes })
      const withdrawn = yield* withdraw((yield* consentTo("google.mail.read")).id)
      assert.isTrue(Option.exists(withdrawn.withdrawal, ({ cause }) => cause === "user"))
      assert.strictEqual(yield* stateOf("google.mail.read"), "needs_scopes")
      assert.strictEqual(yield* stateOf("google.calendar.read"), "active")
      const refused = yield* Effect.flip(read(integration, { scopes: [readCalendar] }))
      assert.deepInclude(refused, { _tag: "TokenTooWide", excess: [readMail] })
      assert.deepStrictEqual((yield* actions).slice(-2), ["consent.withdrawn", "feature.deactivated"])
    }).pipe(inProduct)
  )

  it.effect("is asked for again, where the user wants the feature back", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      yield* consent(yield* beginning("google.mail.read"), { earlier: integration.grantedScopes })
      yield* withdraw((yield* consentTo("google.mail.read")).id)
      const begun = yield* beginning("google.mail.read")
      yield* consent(begun, { earlier: [...integration.grantedScopes, readMail] })
      assert.strictEqual(yield* stateOf("google.mail.read"), "active")
      assert.include([...(yield* read(integration)).scopes], readMail)
    }).pipe(inProduct)
  )

  it.effect("of the last purpose disconnects the account", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      for (const { id } of yield* theConsents) yield* withdraw(id)
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
      assert.deepStrictEqual((yield* theConsents).filter(isStanding), [])
      assert.strictEqual(yield* stateOf("google.calendar.read"), "needs_connection")
    }).pipe(inProduct)
  )

  it.effect("is withdrawn once: repeating it changes nothing", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("google.calendar.read"))
      const { id } = yield* consentTo("google.calendar.read")
      const once = yield* withdraw(id)
      yield* TestClock.adjust("1 minute")
      const before = yield* actions
      assert.deepStrictEqual(yield* withdraw(id), once)
      assert.deepStrictEqual(yield* actions, before)
    }).pipe(inProduct)
  )
})
