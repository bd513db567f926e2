import { WithdrawConsent } from "@oauth-manager/application"
import type { Feature } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import sandbox from "@oauth-manager/provider-sandbox"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, features } from "../fakes/Samples.ts"
import { aFeature, part } from "../domain/ProductSamples.ts"
import { Faults } from "./Faults.ts"
import { ada, byAda, start, stored } from "./Journey.ts"
import { activate, beginning, consent, deactivate, googleScope, inProduct, inProductOf, stateOf } from "./Product.ts"
import { find, loseGrant, read } from "./Tokens.ts"

const inGoogle = (...product: ReadonlyArray<Feature>) => inProductOf([google, youtube, sandbox], product)
const [readCalendar, readMail, tasks] = [
  googleScope("calendar.readonly"),
  googleScope("gmail.readonly"),
  googleScope("tasks")
]

/** The newest consent to a feature, or to the account itself. */
const consentTo = (feature?: string) =>
  Effect.flatMap(stored, ({ consents }) => {
    const all = HashMap.toValues(consents).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    return Effect.fromOption(
      Option.fromUndefinedOr(all.findLast((one) => Option.getOrUndefined<string>(one.feature) === feature))
    )
  })

const withdraw = (feature?: string) =>
  Effect.flatMap(consentTo(feature), ({ id }) =>
    WithdrawConsent.use((useCase) => useCase.withdraw(byAda, ada, id, { confirmsShared: false }))
  )

const asking = (names: ReadonlyArray<string>, input: Parameters<typeof start>[0] = {}) =>
  start({ provider: "google", features: features(...names), scopes: [], ...input }).pipe(
    Effect.map((started) => ({ ...started, asked: started.authorization.requestedScopes }))
  )

describe("The consent to the account itself", () => {
  it.effect("covers nothing that another feature has a consent for, where the whole grant is asked for anew", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("sandbox.notes.read"))
      const upgrade = yield* beginning("sandbox.calendar.read")
      const { granted } = yield* consentTo("sandbox.notes.read")
      assert.includeMembers([...upgrade.asked], [...granted])
      yield* consent(upgrade)
      assert.notIncludeMembers([...(yield* consentTo()).granted], [...granted])
      yield* withdraw("sandbox.notes.read")
      assert.strictEqual(yield* stateOf("sandbox.notes.read"), "needs_scopes")
      const refused = yield* Effect.flip(read(integration, { scopes: granted }))
      assert.deepInclude(refused, { _tag: "ScopeNotGranted", missing: granted })
    }).pipe(inGoogle())
  )

  it.effect("is as narrow where a dead token had all be asked for anew", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      yield* TestClock.adjust("2 hours")
      yield* loseGrant(integration)
      yield* consent(yield* asking(["google.mail.read"], { integrationId: Option.some(integration.id) }))
      yield* withdraw("google.calendar.read")
      assert.strictEqual(yield* stateOf("google.calendar.read"), "needs_scopes")
    }).pipe(inGoogle())
  )
})

describe("A feature that is switched on with what another has brought", () => {
  const searchMail = aFeature("search", { alternatives: [[part("google", [readMail])]] })
  const readNewest = Effect.gen(function* () {
    const { integrationId } = yield* consentTo("search")
    return (yield* read({ id: integrationId }, { scopes: [readMail] })).scopes
  })

  it.effect("has a consent of its own, also where it was refused before", () =>
    Effect.gen(function* () {
      yield* consent(yield* asking(["google.calendar.read", "search"]), { unticked: [readMail] })
      assert.deepStrictEqual((yield* consentTo("search")).denied, [readMail])
      yield* consent(yield* beginning("google.mail.read"), { earlier: [readCalendar] })
      assert.deepInclude(yield* activate("search"), { _tag: "Active" })
      yield* withdraw("google.mail.read")
      assert.strictEqual(yield* stateOf("search"), "active")
      assert.include([...(yield* readNewest)], readMail)
    }).pipe(inGoogle(searchMail))
  )

  it.effect("has it for the alternative that serves it, be that another than the first at the provider", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("google.mail.read"))
      assert.deepInclude(yield* activate("search"), { _tag: "Active" })
      yield* deactivate("google.mail.read")
      assert.strictEqual(yield* stateOf("search"), "active")
      assert.include([...(yield* readNewest)], readMail)
    }).pipe(inGoogle({ ...searchMail, alternatives: [[part("google", [tasks])], [part("google", [readMail])]] }))
  )
})

describe("A feature that requires another", () => {
  const base = aFeature("base", { alternatives: [[part("google", [readMail])]] })
  const top = aFeature("top", { alternatives: [[part("google", [tasks])]], dependsOn: features("base") })

  it.effect("is active after one consent screen, where the other was switched off at the same account", () =>
    Effect.gen(function* () {
      yield* consent(yield* beginning("base"))
      yield* deactivate("base")
      const begun = yield* beginning("top")
      assert.deepStrictEqual(begun.authorization.features, features("base", "top"))
      yield* consent(begun, { earlier: [readMail] })
      assert.strictEqual(yield* stateOf("top"), "active")
    }).pipe(inGoogle(base, top))
  )

  it.effect("stays with its own account, where the other has one of its own and both are to be authorized anew", () =>
    Effect.gen(function* () {
      const first = (yield* consent(yield* asking(["base"]))).integration
      const elsewhere = { answer: { account: anAccount() } }
      const second = (yield* consent(yield* asking(["top"]), elsewhere)).integration
      assert.strictEqual(yield* stateOf("top"), "active")
      yield* TestClock.adjust("2 hours")
      yield* loseGrant(first)
      yield* loseGrant(second)
      const begun = yield* beginning("top")
      assert.deepStrictEqual(begun.authorization.features, features("base"))
      yield* consent(begun)
      const other = yield* beginning("top")
      assert.deepStrictEqual(other.authorization.integrationId, Option.some(second.id))
      yield* consent(other, elsewhere)
      assert.strictEqual(yield* stateOf("top"), "active")
    }).pipe(inGoogle(base, top))
  )
})

describe("The last consent of an account, withdrawn while another is given", () => {
  it.effect("ends alone: the account stays connected for what was consented to meanwhile", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      yield* withdraw()
      const begun = yield* beginning("google.mail.read")
      const faults = yield* Faults
      // Between the look whether it is the last, and the disconnecting
      const gate = yield* faults.hold("IntegrationRepository.find")
      const withdrawing = yield* Effect.forkChild(withdraw("google.calendar.read"))
      yield* gate.reached
      yield* consent(begun, { earlier: [readCalendar] })
      yield* gate.release
      const { withdrawal } = yield* Fiber.join(withdrawing)
      assert.isTrue(Option.isSome(withdrawal))
      assert.strictEqual((yield* find(integration)).integration.status, "active")
      assert.strictEqual(yield* stateOf("google.mail.read"), "active")
      assert.strictEqual(yield* stateOf("google.calendar.read"), "needs_scopes")
    }).pipe(inProduct)
  )
})

describe("A token that can do what was withdrawn", () => {
  it.effect("is not handed out either after an authorization for something else brought it along", () =>
    Effect.gen(function* () {
      const { integration } = yield* consent(yield* beginning("google.calendar.read"))
      yield* consent(yield* beginning("google.mail.read"), { earlier: integration.grantedScopes })
      yield* withdraw("google.mail.read")
      const tooWide = { _tag: "TokenTooWide" as const, excess: [readMail] }
      assert.deepInclude(yield* Effect.flip(read(integration)), tooWide)
      yield* consent(yield* beginning("google.tasks.write"), { earlier: [...integration.grantedScopes, readMail] })
      assert.deepInclude(yield* Effect.flip(read(integration)), tooWide)
      assert.strictEqual(yield* stateOf("google.mail.read"), "needs_scopes")
    }).pipe(inProduct)
  )
})
