import { ExportUser } from "@oauth-manager/application"
import type { Caller, UserScope } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { anAccount, anAuditEvent } from "../fakes/Samples.ts"
import { adasReference, erase, namesIn, nobody, revoking } from "./Erasing.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, authorize, bob, byAda, byAdmin, byAuditor, byBob, byService, connect, stored } from "./Journey.ts"
import { events, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { find } from "./Tokens.ts"

const exportOf = (after: Option.Option<number> = Option.none(), caller: Caller = byAda, user: UserScope = ada) =>
  ExportUser.use((useCase) => useCase.export(caller, user, after))

describe("ExportUser", () => {
  it.effect("gives integrations with the times of their tokens, authorizations, consents and audit events", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const { authorization } = yield* authorize()
      const subject = yield* adasReference
      const page = yield* exportOf()
      const { authorizations, consents, erasure, integrations, pendingRevocations } = Option.getOrThrow(page.holdings)
      assert.strictEqual(Option.getOrThrow(page.known).reference, subject)
      const { token } = yield* find(integration)
      assert.deepStrictEqual(integrations, [{ integration, token }])
      assert.deepStrictEqual(
        authorizations.map(({ id, status }) => [id, status]),
        [
          [authorizations[0]?.id, "completed"],
          [authorization.id, "authorized"]
        ]
      )
      assert.deepStrictEqual(
        consents.map(({ integrationId }) => integrationId),
        [integration.id]
      )
      assert.deepStrictEqual(pendingRevocations, [])
      assert.isTrue(Option.isNone(erasure))
      assert.deepStrictEqual(
        page.events.map(({ id }) => id),
        (yield* events).map(({ id }) => id)
      )
      assert.isTrue(Option.isNone(page.next))
    }).pipe(inApplication)
  )

  it.effect("gives all integrations, however many", () =>
    Effect.gen(function* () {
      for (let count = 0; count < 101; count++) yield* connect({ account: anAccount() })
      const { holdings } = yield* exportOf()
      assert.lengthOf(Option.getOrThrow(holdings).integrations, 101)
      assert.lengthOf(Option.getOrThrow(holdings).consents, 101)
    }).pipe(inApplication)
  )

  it.effect("gives audit events in pages, each once, and the rest with the first page alone", () =>
    Effect.gen(function* () {
      const store = yield* InMemoryStore
      yield* connect()
      for (let count = 0; count < 2500; count++) yield* store.recordAlone(anAuditEvent(ada))
      const pages = [yield* exportOf()]
      for (let next = pages[0]?.next; next !== undefined && Option.isSome(next); next = pages.at(-1)?.next) {
        pages.push(yield* exportOf(next))
      }
      assert.deepStrictEqual(
        pages.map(({ holdings }) => Option.isSome(holdings)),
        [true, false, false]
      )
      const given = pages.flatMap((page) => page.events.map(({ id }) => id))
      assert.deepStrictEqual(
        given,
        (yield* events).map(({ id }) => id)
      )
      assert.lengthOf(yield* eventsOf("user.exported"), 3)
    }).pipe(inApplication)
  )

  it.effect("is audited before it is given, or not given", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* connect()
      yield* faults.next("AuditTrail.record", storageDown)
      assert.strictEqual((yield* Effect.flip(exportOf()))._tag, "RepositoryUnavailable")
      yield* exportOf(Option.none(), byAdmin)
      const exported = yield* eventsOf("user.exported")
      assert.deepStrictEqual(
        exported.map(({ actor, object }) => [actor?.scope, object]),
        [[byAdmin.scope, { type: "user", id: (yield* adasReference) ?? "" }]]
      )
    }).pipe(inApplication)
  )

  it.effect("gives nothing of somebody unknown, or erased, and makes nobody known", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* connect()
      yield* erase()
      for (const [caller, user] of [
        [byAdmin, bob],
        [byAda, ada]
      ] as const) {
        const page = yield* exportOf(Option.none(), caller, user)
        assert.isTrue(Option.isNone(page.known))
        assert.deepStrictEqual(Option.getOrThrow(page.holdings).integrations, [])
        assert.deepStrictEqual(page.events, [])
        assert.deepStrictEqual(namesIn(yield* stored, user), nobody)
      }
    }).pipe(inApplication)
  )

  it.effect("is for who may read the user's integrations", () =>
    Effect.gen(function* () {
      yield* connect()
      for (const caller of [byService, byAdmin]) yield* exportOf(Option.none(), caller)
      assert.strictEqual((yield* Effect.flip(exportOf(Option.none(), byBob)))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(exportOf(Option.none(), byAuditor)))._tag, "PermissionRequired")
    }).pipe(inApplication)
  )
})
