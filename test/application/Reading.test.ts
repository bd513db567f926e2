import { GetAuthorization, ListIntegrations, ListProviders } from "@oauth-manager/application"
import {
  AuthorizationId,
  type Caller,
  type Integration,
  IntegrationId,
  type IntegrationStatus,
  ProviderId,
  type UserScope
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { aCaller, anAccount } from "../fakes/Samples.ts"
import {
  ada,
  authorize,
  bob,
  byAda,
  byAdmin,
  byAuditor,
  byBob,
  byNamesake,
  byService,
  comeBack,
  connect,
  namesake,
  start
} from "./Journey.ts"
import { inApplication } from "./TestApplication.ts"
import { find, idOf, loseGrant } from "./Tokens.ts"

const never = "0192f0c1-0000-7000-8000-000000000001"

interface Wanted {
  readonly provider?: ProviderId
  readonly status?: IntegrationStatus
  readonly limit?: number
  readonly after?: IntegrationId
}

const list = (wanted: Wanted = {}, caller: Caller = byAda, user: UserScope = ada) =>
  ListIntegrations.use((useCase) =>
    useCase.list(
      caller,
      user,
      { provider: Option.fromUndefinedOr(wanted.provider), status: Option.fromUndefinedOr(wanted.status) },
      { limit: wanted.limit ?? 50, after: Option.fromUndefinedOr(wanted.after) }
    )
  )

const idsOf = (page: Effect.Success<ReturnType<typeof list>>) => page.data.map(({ integration }) => integration.id)
const ids = (integrations: ReadonlyArray<Integration>) => integrations.map(({ id }) => id)

const getAuthorization = (id: AuthorizationId, caller: Caller = byAda, user: UserScope = ada) =>
  GetAuthorization.use((useCase) => useCase.get(caller, user, id))

const strangers = [
  [byBob, ada],
  [byBob, bob],
  [byService, bob],
  [byNamesake, ada],
  [byNamesake, namesake]
] as const

describe("GetIntegration", () => {
  it.effect("shows the integration with the times of its token, and no token", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const found = yield* find(integration)
      assert.deepEqual(found.integration, integration)
      assert.hasAllKeys(Option.getOrThrow(found.token), [
        "expiresAt",
        "obtainedAt",
        "hasRefreshToken",
        "refreshExpiresAt"
      ])
    }).pipe(inApplication)
  )

  it.effect("is for the user, and for services and admins of the tenant", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      for (const caller of [byAda, byService, byAdmin]) {
        assert.strictEqual((yield* find(integration, caller)).integration.id, integration.id)
      }
      const refused = yield* Effect.flip(find(integration, byAuditor))
      assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "integrations:read" })
    }).pipe(inApplication)
  )

  it.effect("knows nothing of another user's integration, nor of one that never was", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const refusals = yield* Effect.forEach(strangers, ([caller, user]) =>
        Effect.flip(find(integration, caller, user))
      )
      const unheardOf = yield* Effect.flip(find(idOf(IntegrationId.make(never))))
      assert.deepStrictEqual(new Set([...refusals, unheardOf].map(({ _tag }) => _tag)), new Set(["NotFound"]))
    }).pipe(inApplication)
  )
})

describe("GetAuthorization", () => {
  it.effect("tells how far it has come, and that its time is over before anyone has noticed", () =>
    Effect.gen(function* () {
      const pending = yield* start()
      const authorized = yield* authorize()
      const denied = yield* start()
      yield* comeBack(denied, { error: "access_denied" })
      const statuses = Effect.forEach([pending, authorized, denied], ({ authorization }) =>
        Effect.map(getAuthorization(authorization.id), ({ status }) => status)
      )
      assert.deepStrictEqual(yield* statuses, ["pending", "authorized", "failed"])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* statuses, ["expired", "expired", "failed"])
    }).pipe(inApplication)
  )

  it.effect("knows nothing of another user's authorization, nor of one that never was", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start()
      const refusals = yield* Effect.forEach(strangers, ([caller, user]) =>
        Effect.flip(getAuthorization(authorization.id, caller, user))
      )
      const unheardOf = yield* Effect.flip(getAuthorization(AuthorizationId.make(never)))
      assert.deepStrictEqual(new Set([...refusals, unheardOf].map(({ _tag }) => _tag)), new Set(["NotFound"]))
      assert.strictEqual((yield* Effect.flip(getAuthorization(authorization.id, byAuditor)))._tag, "PermissionRequired")
    }).pipe(inApplication)
  )
})

describe("ListIntegrations", () => {
  const connectThree = Effect.gen(function* () {
    const first = yield* connect({ account: anAccount() })
    const second = yield* connect({ account: anAccount() }, { provider: "incremental" })
    const third = yield* connect({ account: anAccount() })
    yield* loseGrant(third)
    return [first, second, third] as const
  })

  it.effect("lists a user's integrations, the oldest first", () =>
    Effect.gen(function* () {
      const all = yield* connectThree
      const page = yield* list()
      assert.deepStrictEqual(idsOf(page), ids(all))
      assert.isFalse(page.hasMore)
      assert.isTrue(page.data.every(({ token }) => Option.isSome(token)))
    }).pipe(inApplication)
  )

  it.effect("lists page by page, and says whether more follow", () =>
    Effect.gen(function* () {
      const [first, second, third] = yield* connectThree
      const one = yield* list({ limit: 2 })
      assert.deepStrictEqual([idsOf(one), one.hasMore], [ids([first, second]), true])
      const other = yield* list({ limit: 2, after: second.id })
      assert.deepStrictEqual([idsOf(other), other.hasMore], [ids([third]), false])
      const exact = yield* list({ limit: 3 })
      assert.deepStrictEqual([exact.data.length, exact.hasMore], [3, false])
    }).pipe(inApplication)
  )

  it.effect("lists those of one provider, and those of one status", () =>
    Effect.gen(function* () {
      const [first, second, third] = yield* connectThree
      const sandbox = ProviderId.make("sandbox")
      assert.deepStrictEqual(idsOf(yield* list({ provider: sandbox })), ids([first, third]))
      assert.deepStrictEqual(idsOf(yield* list({ provider: sandbox, limit: 1, after: first.id })), ids([third]))
      assert.deepStrictEqual(idsOf(yield* list({ status: "active" })), ids([first, second]))
      assert.deepStrictEqual(idsOf(yield* list({ status: "disconnected" })), [])
    }).pipe(inApplication)
  )

  it.effect("lists nothing for a user whom nobody has heard of", () =>
    Effect.gen(function* () {
      yield* connectThree
      for (const caller of [byService, byAdmin, byBob]) {
        assert.deepStrictEqual(yield* list({}, caller, bob), { data: [], hasMore: false })
      }
      assert.deepStrictEqual(yield* list({}, byNamesake, namesake), { data: [], hasMore: false })
    }).pipe(inApplication)
  )

  it.effect("is for the user, and for services and admins of the tenant", () =>
    Effect.gen(function* () {
      const all = yield* connectThree
      for (const caller of [byService, byAdmin]) assert.deepStrictEqual(idsOf(yield* list({}, caller)), ids(all))
      for (const caller of [byBob, byNamesake]) {
        assert.strictEqual((yield* Effect.flip(list({}, caller)))._tag, "NotFound")
      }
      const withoutRoles = aCaller(ada, { roles: [] })
      for (const caller of [byAuditor, withoutRoles]) {
        assert.strictEqual((yield* Effect.flip(list({}, caller)))._tag, "PermissionRequired")
      }
      const permitted = aCaller(ada, { roles: [], permissions: ["integrations:read"] })
      assert.deepStrictEqual(idsOf(yield* list({}, permitted)), ids(all))
    }).pipe(inApplication)
  )
})

describe("ListProviders", () => {
  it.effect("shows the providers that are loaded, configured or not", () =>
    Effect.gen(function* () {
      const loaded = yield* ListProviders.use((useCase) => useCase.list)
      assert.deepStrictEqual(
        loaded.map(({ credentials, definition }) => [definition.id, Option.isSome(credentials)]),
        [
          ["incremental", true],
          ["sandbox", true],
          ["unconfigured", false]
        ]
      )
    }).pipe(inApplication)
  )

  it.effect("shows one of them, and knows no other", () =>
    Effect.gen(function* () {
      const sandbox = yield* ListProviders.use((useCase) => useCase.get("sandbox"))
      assert.strictEqual(sandbox.definition.name, "Sandbox")
      const refused = yield* Effect.flip(ListProviders.use((useCase) => useCase.get("nowhere")))
      assert.deepInclude(refused, { _tag: "UnknownProvider", provider: "nowhere" })
    }).pipe(inApplication)
  )
})
