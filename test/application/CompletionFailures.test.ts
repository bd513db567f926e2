import {
  GetAuthorization,
  GrantRefused,
  IdentityRejected,
  IdentityScopeDenied,
  IdentityUnavailable,
  ProviderMisconfigured,
  ProviderUnavailable
} from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { ada, anAnswer, type Authorized, authorize, byAda, complete, connect, stored } from "./Journey.ts"
import { endings, events } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime } from "./Time.ts"

const statusOf = ({ authorization }: Authorized) =>
  Effect.map(
    GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorization.id)),
    ({ error, status }) => ({ error, status })
  )

/** How a completion fails, however long it tries. */
const refusalOf = (authorized: Authorized) =>
  Effect.flatMap(Effect.forkChild(Effect.flip(complete(authorized))), (fiber) => joinInTime(fiber, "1 second"))

const passing = [
  new ProviderUnavailable({
    provider: "sandbox",
    reason: "rate_limited",
    retryAfter: Option.some(Duration.seconds(7))
  }),
  new ProviderMisconfigured({ provider: "sandbox", code: "invalid_client" })
]

const final = [
  [new GrantRefused({ provider: "sandbox" }), "exchange_refused"],
  [new IdentityRejected({ provider: "sandbox" }), "identity_rejected"],
  [new IdentityScopeDenied({ provider: "sandbox" }), "access_denied"],
  [new IdentityUnavailable({ provider: "sandbox" }), "provider_error"]
] as const

describe("CompleteAuthorization, when the exchange fails", () => {
  for (const failure of passing) {
    it.effect(`stays authorized at a ${failure._tag}, and can be completed later`, () =>
      Effect.gen(function* () {
        const client = yield* ScriptedOAuthClient
        const authorized = yield* authorize()
        yield* client.exchange.next(Effect.fail(failure), Effect.succeed(anAnswer()))
        assert.strictEqual(yield* Effect.flip(complete(authorized)), failure)
        assert.deepEqual(yield* statusOf(authorized), { status: "authorized", error: Option.none() })
        assert.deepStrictEqual(yield* endings("authorization.failed"), [])
        assert.strictEqual((yield* complete(authorized)).integration.status, "active")
        assert.strictEqual((yield* client.exchange.calls).length, 2)
      }).pipe(inApplication)
    )
  }

  it.effect("does not stay authorized past its end", () =>
    Effect.gen(function* () {
      const { exchange } = yield* ScriptedOAuthClient
      const authorized = yield* authorize()
      yield* exchange.next(
        Effect.fail(new ProviderUnavailable({ provider: "sandbox", reason: "timeout", retryAfter: Option.none() }))
      )
      yield* Effect.flip(complete(authorized))
      yield* TestClock.adjust("10 minutes")
      assert.deepInclude(yield* Effect.flip(complete(authorized)), { _tag: "AuthorizationNotReady", status: "expired" })
    }).pipe(inApplication)
  )

  for (const [failure, error] of final) {
    it.effect(`ends for good at a ${failure._tag}, with nothing connected`, () =>
      Effect.gen(function* () {
        const { exchange } = yield* ScriptedOAuthClient
        const authorized = yield* authorize()
        yield* exchange.next(Effect.fail(failure))
        assert.deepInclude(yield* Effect.flip(complete(authorized)), { _tag: "AuthorizationFailed", error })
        assert.deepEqual(yield* statusOf(authorized), { status: "failed", error: Option.some(error) })
        assert.deepStrictEqual(yield* endings("authorization.failed"), [{ outcome: "failure", reason: error }])
        const rows = yield* stored
        const row = Option.getOrThrow(HashMap.get(rows.authorizations, authorized.authorization.id))
        assert.isTrue(Option.isNone(row.parked) && Option.isNone(row.flow) && Option.isNone(row.claim))
        assert.strictEqual(HashMap.size(rows.integrations), 0)
        assert.deepInclude(yield* Effect.flip(complete(authorized)), {
          _tag: "AuthorizationNotReady",
          status: "failed",
          error: Option.some(error)
        })
        assert.strictEqual((yield* exchange.calls).length, 1)
      }).pipe(inApplication)
    )
  }

  it.effect("is ready to be tried again where its failure could not be written", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { exchange } = yield* ScriptedOAuthClient
      const authorized = yield* authorize()
      yield* exchange.next(Effect.fail(new GrantRefused({ provider: "sandbox" })))
      yield* faults.next("AuditTrail.record", storageDown)
      assert.strictEqual((yield* Effect.flip(complete(authorized)))._tag, "RepositoryUnavailable")
      assert.strictEqual((yield* statusOf(authorized)).status, "authorized")
    }).pipe(inApplication)
  )
})

const writes = [
  ["UnitOfWork.forUser", storageDown],
  ["AuthorizationRepository.finish", storageDown],
  ["ConsentRepository.insert", storageDown],
  ["IntegrationRepository.findConnectedForUpdate", storageDown],
  ["TokenRepository.find", storageDown],
  ["TokenRepository.put", storageDown],
  ["TokenVault.seal", unreadable],
  ["AuditTrail.record", storageDown]
] as const

describe("CompleteAuthorization, all or nothing", () => {
  for (const [operation, fault] of [...writes, ["IntegrationRepository.insert", storageDown] as const]) {
    it.effect(`connects nothing when ${operation} fails for good`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const { exchange } = yield* ScriptedOAuthClient
        const authorized = yield* authorize()
        const [before, recorded] = [yield* stored, yield* events]
        yield* exchange.always(() => Effect.succeed(anAnswer()))
        yield* faults.every(operation, fault)
        assert.include(["VaultFailed", "RepositoryUnavailable"], (yield* refusalOf(authorized))._tag)
        yield* faults.mend(operation)

        const after = yield* stored
        assert.strictEqual(after.integrations, before.integrations)
        assert.strictEqual(after.tokens, before.tokens)
        assert.strictEqual(after.consents, before.consents)
        assert.deepStrictEqual(yield* events, recorded)
        assert.deepEqual(yield* statusOf(authorized), { status: "authorized", error: Option.none() })
        assert.strictEqual((yield* complete(authorized)).integration.status, "active")
      }).pipe(inApplication)
    )
  }

  for (const [operation, fault] of [
    ...writes,
    ["IntegrationRepository.update", storageDown] as const,
    ["TokenVault.open", unreadable] as const
  ]) {
    it.effect(`leaves a connected integration as it was when ${operation} fails for good`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const { exchange } = yield* ScriptedOAuthClient
        yield* connect()
        const authorized = yield* authorize()
        const before = yield* stored
        yield* exchange.next(Effect.succeed(anAnswer({ refreshToken: Option.none() })))
        yield* faults.every(operation, fault)
        assert.include(["VaultFailed", "RepositoryUnavailable"], (yield* refusalOf(authorized))._tag)
        const after = yield* stored
        assert.strictEqual(after.integrations, before.integrations)
        assert.strictEqual(after.tokens, before.tokens)
        assert.strictEqual(after.consents, before.consents)
      }).pipe(inApplication)
    )
  }

  it.effect("redeems nothing when the code or its flow cannot be opened, and lets it be tried again", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { exchange } = yield* ScriptedOAuthClient
      const authorized = yield* authorize()
      for (const opened of [[unreadable], [Effect.void, unreadable]]) {
        yield* faults.next("TokenVault.open", ...opened)
        assert.strictEqual((yield* Effect.flip(complete(authorized)))._tag, "VaultFailed")
      }
      assert.deepStrictEqual(yield* exchange.calls, [])
      yield* exchange.next(Effect.succeed(anAnswer()))
      assert.strictEqual((yield* complete(authorized)).integration.status, "active")
    }).pipe(inApplication)
  )
})
