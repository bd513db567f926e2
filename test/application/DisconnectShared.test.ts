import { ProviderUnavailable, TokenRepository } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, bob, byAda, byBob, byService, connect, stored } from "./Journey.ts"
import { events, eventsOf } from "./Recorded.ts"
import { accountOf, confirmed, connectFor, mail, videos } from "./SharedGrant.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { disconnect, find, loseGrant, read, revokeCalls } from "./Tokens.ts"

const inFamily = inApplicationOf(mail, videos)

const revokesTo = (answer: "revoked" | "down") =>
  Effect.flatMap(ScriptedOAuthClient, ({ revoke }) =>
    revoke.always(() =>
      answer === "revoked"
        ? Effect.succeed(answer)
        : Effect.fail(new ProviderUnavailable({ provider: "mail", reason: "timeout", retryAfter: Option.none() }))
    )
  )

const statusOf = (integration: Parameters<typeof find>[0]) =>
  Effect.map(find(integration), (found) => found.integration.status)

describe("DisconnectIntegration, of a grant that several integrations share", () => {
  it.effect("changes nothing, and names the others, until the caller agrees", () =>
    Effect.gen(function* () {
      const letters = yield* connectFor("ada", "mail")
      const channels = [yield* connectFor("ada", "videos"), yield* connectFor("ada", "videos")]
      const [before, recorded] = [yield* stored, yield* events]
      const refused = yield* Effect.flip(disconnect(letters))
      assert.deepInclude(refused, {
        _tag: "SharedGrantUnconfirmed",
        integrations: channels.map(({ id }) => id)
      })
      const other = yield* Effect.flip(disconnect(channels[1] ?? assert.fail()))
      assert.deepInclude(other, {
        _tag: "SharedGrantUnconfirmed",
        integrations: [letters.id, channels[0]?.id ?? assert.fail()]
      })
      assert.strictEqual(yield* stored, before)
      assert.deepStrictEqual(yield* events, recorded)
      assert.deepStrictEqual(yield* revokeCalls, [])
    }).pipe(inFamily)
  )

  it.effect("ends it, and leaves the others to be authorized again", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const letters = yield* connectFor("ada", "mail")
      const channel = yield* connectFor("ada", "videos")
      yield* TestClock.adjust("1 minute")
      const answer = yield* disconnect(letters, byService, ada, confirmed)
      assert.deepStrictEqual(answer, { id: letters.id, revocation: "revoked", manageAccess: [] })
      assert.strictEqual(yield* statusOf(letters), "disconnected")
      assert.deepInclude((yield* find(channel)).integration, {
        status: "reauthorization_required",
        problem: Option.some({ code: "shared_grant_revoked" as const, since: DateTime.makeUnsafe(60_000) }),
        grantedScopes: channel.grantedScopes
      })
      const refused = yield* Effect.flip(read(channel))
      assert.deepInclude(refused, { _tag: "ReauthorizationRequired", provider: channel.provider })
      assert.strictEqual((yield* revokeCalls).length, 1)
    }).pipe(inFamily)
  )

  it.effect("puts on record what ended with what, as the caller's doing", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const letters = yield* connectFor("ada", "mail")
      const channel = yield* connectFor("ada", "videos")
      yield* disconnect(letters, byService, ada, confirmed)
      const recorded = (yield* events).slice(-4)
      assert.deepStrictEqual(
        recorded.map(({ action, object, outcome, reason }) => [action, object.type, outcome, reason]),
        [
          ["integration.reauthorization_required", "integration", "failure", "shared_grant_revoked"],
          ["integration.disconnecting", "integration", "success", undefined],
          ["consent.withdrawn", "consent", "success", undefined],
          ["integration.disconnected", "integration", "success", "revoked"]
        ]
      )
      assert.strictEqual(recorded[0]?.object.id, channel.id)
      for (const { actor, requestId } of recorded) {
        assert.deepStrictEqual([actor?.scope, requestId], [byService.scope, byService.requestId])
      }
    }).pipe(inFamily)
  )

  it.effect("ends the others even where the provider cannot be told yet", () =>
    Effect.gen(function* () {
      yield* revokesTo("down")
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      assert.strictEqual((yield* disconnect(letters, byAda, ada, confirmed)).revocation, "pending")
      assert.strictEqual(yield* statusOf(channel), "reauthorization_required")
    }).pipe(inFamily)
  )

  it.effect("ends nothing of another person, of another user or of one who shares no grant", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const letters = yield* connectFor("ada", "mail")
      const herFriends = yield* connectFor("charles", "videos")
      assert.strictEqual((yield* disconnect(letters)).revocation, "revoked")
      assert.strictEqual(yield* statusOf(herFriends), "active")
      const again = yield* connectFor("ada", "mail")
      assert.strictEqual((yield* Effect.flip(disconnect(again, byBob, bob)))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(disconnect(again, byBob, bob, confirmed)))._tag, "NotFound")
      assert.strictEqual(yield* statusOf(again), "active")
    }).pipe(inFamily)
  )

  it.effect("needs no agreement to lose what can no longer be used, and does not end it again", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      yield* loseGrant(channel)
      const before = (yield* find(channel)).integration
      assert.strictEqual((yield* disconnect(letters)).revocation, "revoked")
      assert.deepStrictEqual((yield* find(channel)).integration, before)
      assert.strictEqual((yield* eventsOf("integration.reauthorization_required")).length, 1)
    }).pipe(inFamily)
  )

  it.effect("disconnects, one after the other, all that a confirmed disconnection left", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const letters = yield* connectFor("ada", "mail")
      const channels = [yield* connectFor("ada", "videos"), yield* connectFor("ada", "videos")]
      yield* disconnect(letters, byAda, ada, confirmed)
      for (const channel of channels) {
        assert.strictEqual((yield* disconnect(channel)).revocation, "revoked")
        assert.strictEqual(yield* statusOf(channel), "disconnected")
      }
      assert.deepStrictEqual((yield* disconnect(letters)).revocation, "revoked")
      assert.strictEqual((yield* revokeCalls).length, 3)
    }).pipe(inFamily)
  )

  it.effect("ends no other where it holds no token that could be revoked", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      yield* tokens.destroy(ada, letters.id)
      assert.strictEqual((yield* disconnect(letters)).revocation, "unsupported")
      assert.strictEqual(yield* statusOf(channel), "active")
    }).pipe(inFamily)
  )

  it.effect("answers the same when it is repeated, whatever was connected since", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const letters = yield* connectFor("ada", "mail")
      const first = yield* disconnect(letters)
      const channel = yield* connectFor("ada", "videos")
      assert.deepStrictEqual(yield* disconnect(letters, byAda, ada, confirmed), first)
      assert.strictEqual(yield* statusOf(channel), "active")
      assert.deepStrictEqual(yield* eventsOf("integration.reauthorization_required"), [])
    }).pipe(inFamily)
  )

  const writes = ["IntegrationRepository.findBySubjectForUpdate", "IntegrationRepository.update", "AuditTrail.record"]

  for (const operation of writes) {
    it.effect(`changes nothing of either when storage fails at ${operation}`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const letters = yield* connectFor("ada", "mail")
        yield* connectFor("ada", "videos")
        const [before, recorded] = [yield* stored, yield* events]
        // The second call of those that are made for both
        yield* faults.next(operation, ...(operation.includes("find") ? [] : [Effect.void]), storageDown)
        const failure = yield* Effect.flip(disconnect(letters, byAda, ada, confirmed))
        assert.strictEqual(failure._tag, "RepositoryUnavailable")
        assert.strictEqual(yield* stored, before)
        assert.deepStrictEqual(yield* events, recorded)
      }).pipe(inFamily)
    )
  }

  it.effect("is not shared by plugins whose clients are of several projects", () =>
    Effect.gen(function* () {
      yield* revokesTo("revoked")
      const [letters, channel] = [yield* connectFor("ada", "mail"), yield* connectFor("ada", "videos")]
      assert.strictEqual((yield* disconnect(letters)).revocation, "revoked")
      assert.strictEqual(yield* statusOf(channel), "active")
    }).pipe(
      inApplicationOf(
        { ...mail, credentials: Option.some({ clientId: "1-mail" }) },
        { ...videos, credentials: Option.some({ clientId: "2-videos" }) }
      )
    )
  )

  it.effect("is found by the account itself where that is the person", () =>
    Effect.gen(function* () {
      const letters = yield* connect({}, { provider: "mail" })
      const channel = yield* connect({ account: accountOf(letters.account.id) }, { provider: "videos" })
      for (const [one, other] of [
        [letters, channel],
        [channel, letters]
      ] as const) {
        assert.deepInclude(yield* Effect.flip(disconnect(one)), { integrations: [other.id] })
      }
    }).pipe(inFamily)
  )
})
