import {
  CallbackRefused,
  ExpireAuthorizations,
  GetAuthorization,
  ProviderMisconfigured,
  type CallbackResult
} from "@oauth-manager/application"
import type { AuthorizationId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, HashMap, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { createHash } from "node:crypto"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aSecret } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { ada, byAda, comeBack, complete, completionTokenOf, start, stored } from "./Journey.ts"
import { actions, endings, events, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"

const statusOf = (id: AuthorizationId) =>
  Effect.map(
    GetAuthorization.use((useCase) => useCase.get(byAda, ada, id)),
    ({ error, status }) => ({ error, status })
  )

const rowOf = (id: AuthorizationId) =>
  Effect.map(stored, ({ authorizations }) => Option.getOrThrow(HashMap.get(authorizations, id)))

const tags = (results: ReadonlyArray<Exit.Exit<CallbackResult, { readonly _tag: string }>>) =>
  results.map(Exit.match({ onSuccess: ({ _tag }) => _tag, onFailure: () => "refused" }))

const assertBurnt = Effect.fnUntraced(function* (started: Effect.Success<ReturnType<typeof start>>, error: string) {
  const { id } = started.authorization
  assert.deepEqual(yield* statusOf(id), { status: "failed", error: Option.some(error) })
  const row = yield* rowOf(id)
  assert.isTrue(Option.isNone(row.flow) && Option.isNone(row.stateHash) && Option.isNone(row.parked))
  assert.strictEqual((yield* Effect.flip(comeBack(started)))._tag, "UnknownState")
  assert.deepEqual(yield* endings("authorization.failed"), [{ outcome: "failure", reason: error }])
})

describe("ReceiveCallback", () => {
  it.effect("parks the code and sends the browser back with a completion token", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const result = yield* comeBack(started)
      assert.deepInclude(result, { _tag: "Authorized", returnTo, authorizationId: started.authorization.id })
      assert.match(Redacted.value(completionTokenOf(result)), /^[\w-]{43}$/)
      assert.strictEqual((yield* statusOf(started.authorization.id)).status, "authorized")
    }).pipe(inApplication)
  )

  it.effect("never redeems the code, which nothing ties to this browser's user", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* comeBack(yield* start())
      assert.deepStrictEqual(yield* client.exchange.calls, [])
      assert.strictEqual(HashMap.size((yield* stored).integrations), 0)
    }).pipe(inApplication)
  )

  it.effect("keeps the completion token as its SHA-256 alone, and the code sealed", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const code = aSecret()
      const token = Redacted.value(completionTokenOf(yield* comeBack(started, { code })))
      const { parked } = yield* rowOf(started.authorization.id)
      const hash = new Uint8Array(createHash("sha256").update(token).digest())
      assert.deepStrictEqual(
        Option.map(parked, ({ completionHash }) => completionHash),
        Option.some(hash)
      )
      const dump = JSON.stringify(yield* stored)
      assert.notInclude(dump, token)
      assert.notInclude(dump, Redacted.value(code))
      assert.notInclude(JSON.stringify(yield* events), token)
    }).pipe(inApplication)
  )

  it.effect("records that nobody in particular came back", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* comeBack(started)
      const [event] = yield* eventsOf("authorization.authorized")
      assert.deepEqual(event?.object, { type: "authorization", id: started.authorization.id })
      assert.strictEqual(event?.outcome, "success")
      assert.strictEqual(event?.requestId, "callback")
      assert.isUndefined(event?.actor)
    }).pipe(inApplication)
  )

  it.effect("lets one of many callbacks with the same state proceed", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const results = yield* Effect.all(
        Array.from({ length: 20 }, () => Effect.exit(comeBack(started, { code: aSecret() }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(tags(results).toSorted(), ["Authorized", ...Array.from({ length: 19 }, () => "refused")])
      assert.deepStrictEqual(yield* actions, ["authorization.started", "authorization.authorized"])
    }).pipe(inApplication)
  )

  it.effect("rejects a callback whose state was already used, and leaves what the first one parked", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* comeBack(started)
      const before = yield* stored
      for (const parameters of [{ code: aSecret() }, { error: "access_denied" }, {}]) {
        assert.strictEqual((yield* Effect.flip(comeBack(started, parameters)))._tag, "UnknownState")
      }
      assert.strictEqual((yield* stored).authorizations, before.authorizations)
    }).pipe(inApplication)
  )

  it.effect("rejects a state that was never given out", () =>
    Effect.gen(function* () {
      const started = yield* start()
      for (const state of [Redacted.make(""), aSecret(), Redacted.make(`${Redacted.value(started.state)}=`)]) {
        assert.strictEqual((yield* Effect.flip(comeBack({ ...started, state })))._tag, "UnknownState")
      }
      assert.strictEqual((yield* comeBack(started))._tag, "Authorized")
    }).pipe(inApplication)
  )

  it.effect("takes no code after the authorization has ended", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* TestClock.adjust("10 minutes")
      const result = yield* comeBack(started)
      assert.deepEqual(result, {
        _tag: "Failed",
        error: "expired",
        returnTo,
        authorizationId: started.authorization.id
      })
      assert.strictEqual((yield* statusOf(started.authorization.id)).status, "expired")
      assert.isTrue(Option.isNone((yield* rowOf(started.authorization.id)).parked))
      assert.strictEqual((yield* Effect.flip(comeBack(started)))._tag, "UnknownState")
    }).pipe(inApplication)
  )

  it.effect("takes no code where the authorization ended while it was on its way", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const started = yield* start()
      const gate = yield* faults.hold("UnitOfWork.forUser")
      const late = yield* Effect.forkChild(comeBack(started))
      yield* gate.reached
      yield* TestClock.adjust("10 minutes")
      yield* ExpireAuthorizations.use((useCase) => useCase.expireStale())
      yield* gate.release
      assert.deepInclude(yield* Fiber.join(late), { _tag: "Failed", error: "expired" })
      assert.deepStrictEqual(yield* eventsOf("authorization.authorized"), [])
    }).pipe(inApplication)
  )

  it.effect("burns the state when it comes back by another provider's callback", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const started = yield* start()
      const result = yield* comeBack(started, { code: aSecret() }, "incremental")
      assert.deepInclude(result, { _tag: "Failed", error: "provider_mismatch" })
      assert.deepStrictEqual(yield* client.readCallback.calls, [])
      yield* assertBurnt(started, "provider_mismatch")
    }).pipe(inApplication)
  )

  it.effect("ends with access_denied where the user did not consent", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const result = yield* comeBack(started, { error: "access_denied" })
      assert.deepInclude(result, { _tag: "Failed", error: "access_denied", returnTo })
      yield* assertBurnt(started, "access_denied")
    }).pipe(inApplication)
  )

  it.effect("passes on no text of the provider's", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const result = yield* comeBack(started, { error: "<script>alert(1)</script>" })
      assert.deepInclude(result, { _tag: "Failed", error: "provider_error" })
      assert.notInclude(JSON.stringify([yield* stored, yield* events]), "script")
      yield* assertBurnt(started, "provider_error")
    }).pipe(inApplication)
  )

  it.effect("refuses a callback of another issuer (RFC 9207)", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const started = yield* start()
      yield* client.readCallback.next(Effect.fail(new CallbackRefused({ error: "issuer_mismatch" })))
      const parameters = { code: aSecret(), iss: "https://evil.test" }
      assert.deepInclude(yield* comeBack(started, parameters), { _tag: "Failed", error: "issuer_mismatch" })
      assert.deepStrictEqual((yield* client.readCallback.calls)[0]?.[1], parameters)
      yield* assertBurnt(started, "issuer_mismatch")
    }).pipe(inApplication)
  )

  it.effect("ends with provider_error at a provider that is set up wrongly", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const started = yield* start()
      yield* client.readCallback.next(Effect.fail(new ProviderMisconfigured({ provider: "sandbox", code: "issuer" })))
      assert.deepInclude(yield* comeBack(started), { _tag: "Failed", error: "provider_error" })
      yield* assertBurnt(started, "provider_error")
    }).pipe(inApplication)
  )

  const faults = [
    ["TokenVault.seal", unreadable],
    ["AuthorizationRepository.park", storageDown],
    ["AuditTrail.record", storageDown]
  ] as const

  for (const [operation, fault] of faults) {
    it.effect(`parks nothing when ${operation} fails, and takes the state no more`, () =>
      Effect.gen(function* () {
        const faulty = yield* Faults
        const started = yield* start()
        yield* faulty.next(operation, fault)
        const failure = yield* Effect.flip(comeBack(started))
        assert.include(["VaultFailed", "RepositoryUnavailable"], failure._tag)
        assert.isTrue(Option.isNone((yield* rowOf(started.authorization.id)).parked))
        assert.deepStrictEqual(yield* actions, ["authorization.started"])
        assert.strictEqual((yield* Effect.flip(comeBack(started)))._tag, "UnknownState")
      }).pipe(inApplication)
    )
  }

  it.effect("parks the code though the browser hangs up meanwhile", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const started = yield* start()
      const gate = yield* client.readCallback.hold
      const browser = yield* Effect.forkChild(comeBack(started))
      yield* gate.reached
      const hangUp = yield* Effect.forkChild(Fiber.interrupt(browser))
      yield* gate.release
      yield* Fiber.join(hangUp)
      assert.strictEqual((yield* statusOf(started.authorization.id)).status, "authorized")
      assert.isTrue(Option.isSome((yield* rowOf(started.authorization.id)).parked))
      assert.deepStrictEqual(yield* actions, ["authorization.started", "authorization.authorized"])
    }).pipe(inApplication)
  )

  it.effect("gives each authorization a completion token of its own", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* start(), yield* start()]
      const token = completionTokenOf(yield* comeBack(one))
      yield* comeBack(other)
      const refused = yield* Effect.flip(complete({ ...other, completionToken: token }))
      assert.strictEqual(refused._tag, "CompletionTokenInvalid")
    }).pipe(inApplication)
  )
})
