import { AdminActionRequired, GrantRefused, ProviderUnavailable, RetryRevocations } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults } from "./Faults.ts"
import { ada, anAnswer, byAda, connect } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { confirmed, connectFor, mail, videos } from "./SharedGrant.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { joinInTime } from "./Time.ts"
import { disconnect, find, generationOf, plain, read, refresh, refreshesTo, revokeCalls } from "./Tokens.ts"

const inFamily = inApplicationOf(mail, videos)

const revoked = Effect.succeed("revoked" as const)
const down = Effect.fail(new ProviderUnavailable({ provider: "mail", reason: "timeout", retryAfter: Option.none() }))

const integrationOf = (integration: Pick<Integration, "id">) =>
  Effect.map(find(integration), (found) => found.integration)

const ended = { code: "shared_grant_revoked", since: DateTime.makeUnsafe(3_590_000) } as const

const answers = {
  "a new token": Effect.succeed(aTokenAnswer()),
  "fewer scopes": Effect.succeed(aTokenAnswer({ scopes: Option.some([]) })),
  "that the grant is refused": Effect.fail(new GrantRefused({ provider: "videos" })),
  "that an administrator must act": Effect.fail(new AdminActionRequired({ provider: "videos" }))
}

describe("A refresh that is in flight while the grant it lives by is ended", () => {
  const endedInFlight = Effect.fnUntraced(function* (answer: keyof typeof answers) {
    const client = yield* ScriptedOAuthClient
    yield* client.revoke.always(() => revoked)
    const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
    yield* TestClock.adjust("3590 seconds")
    yield* client.refresh.next(answers[answer], answers[answer])
    const gate = yield* client.refresh.hold
    const refreshing = yield* Effect.forkChild(Effect.result(refresh(channel)))
    yield* gate.reached
    yield* disconnect(letters, byAda, ada, confirmed)
    yield* gate.release
    return { channel, result: yield* joinInTime(refreshing) }
  })

  for (const answer of ["a new token", "fewer scopes", "that the grant is refused"] as const) {
    it.effect(`brings nothing back to life with ${answer}`, () =>
      Effect.gen(function* () {
        const { channel, result } = yield* endedInFlight(answer)
        assert.strictEqual(result._tag === "Failure" && result.failure._tag, "ReauthorizationRequired")
        assert.deepInclude(yield* integrationOf(channel), {
          status: "reauthorization_required",
          problem: Option.some(ended)
        })
        assert.strictEqual((yield* Effect.flip(read(channel)))._tag, "ReauthorizationRequired")
        const recorded = yield* eventsOf("integration.reauthorization_required", "integration.problem_noted")
        assert.deepStrictEqual(
          recorded.map(({ reason }) => reason),
          ["shared_grant_revoked"]
        )
        const generation = answer === "that the grant is refused" ? 1 : 2
        assert.deepStrictEqual(yield* generationOf(channel), Option.some(generation))
      }).pipe(inFamily)
    )
  }

  it.effect("notes nothing of one that cannot be used, though an administrator should act", () =>
    Effect.gen(function* () {
      const { channel, result } = yield* endedInFlight("that an administrator must act")
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "AdminActionRequired")
      assert.deepStrictEqual((yield* integrationOf(channel)).problem, Option.some(ended))
      assert.deepStrictEqual(yield* eventsOf("integration.problem_noted"), [])
    }).pipe(inFamily)
  )

  it.effect("ends nothing of what was authorized again before it came back refused", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => revoked)
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      yield* client.refresh.next(answers["that the grant is refused"])
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(refresh(channel))
      yield* gate.reached
      yield* disconnect(letters, byAda, ada, confirmed)
      yield* connect({ account: channel.account }, { provider: "videos" })
      yield* gate.release
      assert.isTrue((yield* joinInTime(refreshing)).refreshed)
      assert.deepInclude(yield* integrationOf(channel), { status: "active", problem: Option.none() })
      assert.deepStrictEqual(yield* generationOf(channel), Option.some(2))
    }).pipe(inFamily)
  )
})

describe("What is authorized again after its shared grant was ended", () => {
  it.effect("works by its new tokens, and is asked about the next time", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => revoked)
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      yield* disconnect(letters, byAda, ada, confirmed)
      const again = yield* connect({ account: channel.account }, { provider: "videos" })
      assert.deepInclude(again, { id: channel.id, status: "active", problem: Option.none(), authorizations: 2 })
      yield* refreshesTo({})
      assert.isTrue((yield* refresh(channel)).refreshed)
      const second = yield* connectFor("ada", "mail")
      assert.deepInclude(yield* Effect.flip(disconnect(second)), { integrations: [channel.id] })
    }).pipe(inFamily)
  )

  it.effect("is not taken along by a revocation that the provider could not be told before", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => down)
      const answer = anAnswer()
      const letters = yield* connectFor("ada", "mail", { refreshToken: answer.refreshToken })
      const channel = yield* connectFor("ada", "videos")
      yield* disconnect(letters, byAda, ada, confirmed)
      yield* connect({ account: channel.account }, { provider: "videos" })
      yield* client.revoke.always(() => revoked)
      const retryDue = Effect.andThen(
        TestClock.adjust("6 hours"),
        RetryRevocations.use((useCase) => useCase.retryDue())
      )
      assert.strictEqual(yield* retryDue, 1)
      assert.strictEqual((yield* revokeCalls).length, 1)
      assert.deepInclude(yield* integrationOf(letters), {
        status: "disconnected",
        revocation: Option.some("pending" as const)
      })
      assert.strictEqual((yield* disconnect(channel)).revocation, "revoked")
      assert.strictEqual(yield* retryDue, 1)
      assert.deepStrictEqual((yield* revokeCalls).at(-1), [plain(answer.refreshToken), "refresh_token"])
      assert.deepStrictEqual((yield* integrationOf(letters)).revocation, Option.some("revoked" as const))
    }).pipe(inFamily)
  )

  it.effect("is not taken along where it is the same account, connected anew", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => down)
      const letters = yield* connectFor("ada", "mail")
      yield* disconnect(letters)
      const again = yield* connect({ account: letters.account }, { provider: "mail" })
      assert.notStrictEqual(again.id, letters.id)
      yield* client.revoke.always(() => revoked)
      yield* TestClock.adjust("1 hour")
      yield* RetryRevocations.use((useCase) => useCase.retryDue())
      assert.strictEqual((yield* revokeCalls).length, 1)
      assert.strictEqual((yield* integrationOf(again)).status, "active")
    }).pipe(inFamily)
  )
})

describe("What is connected while the grant it shares is being ended", () => {
  it.effect("is not ended unasked: the revocation waits for it", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const faults = yield* Faults
      yield* client.revoke.always(() => revoked)
      const letters = yield* connectFor("ada", "mail")
      // The second look at the integration is that before its token is revoked
      yield* faults.next("IntegrationRepository.find", Effect.void)
      const gate = yield* faults.hold("IntegrationRepository.find")
      const disconnecting = yield* Effect.forkChild(disconnect(letters))
      yield* gate.reached
      const channel = yield* connectFor("ada", "videos")
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(disconnecting)).revocation, "pending")
      assert.deepStrictEqual(yield* revokeCalls, [])
      assert.strictEqual((yield* integrationOf(letters)).status, "disconnected")
      assert.strictEqual((yield* integrationOf(channel)).status, "active")
    }).pipe(inFamily)
  )

  it.effect("counts among what must be agreed to, where it came first", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const letters = yield* connectFor("ada", "mail")
      const gate = yield* faults.hold("UnitOfWork.forUser")
      const disconnecting = yield* Effect.forkChild(Effect.flip(disconnect(letters)))
      yield* gate.reached
      const channel = yield* connectFor("ada", "videos")
      yield* gate.release
      assert.deepInclude(yield* Fiber.join(disconnecting), { integrations: [channel.id] })
      for (const { id } of [letters, channel]) assert.strictEqual((yield* integrationOf({ id })).status, "active")
    }).pipe(inFamily)
  )

  it.effect("ends with it, each by one of two disconnections at once", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* client.revoke.always(() => revoked)
      const family = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      const refusals = yield* Effect.forEach(family, (integration) => Effect.flip(disconnect(integration)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        refusals.map(({ _tag }) => _tag),
        ["SharedGrantUnconfirmed", "SharedGrantUnconfirmed"]
      )
      yield* Effect.forEach(family, (integration) => disconnect(integration, byAda, ada, confirmed), {
        concurrency: "unbounded"
      })
      for (const integration of family) assert.strictEqual((yield* integrationOf(integration)).status, "disconnected")
      assert.strictEqual((yield* eventsOf("integration.reauthorization_required")).length, 1)
    }).pipe(inFamily)
  )
})
