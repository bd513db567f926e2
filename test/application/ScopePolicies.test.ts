import {
  GetScopePolicy,
  IntegrationRepository,
  PolicyOutdated,
  PolicyTrialReach,
  PutScopePolicy,
  ScopePolicyRepository,
  TryScopePolicy
} from "@oauth-manager/application"
import { type Caller, type Integration, type IntegrationId, ProviderId, type ScopePolicy } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { pendingAbout } from "../fakes/InMemoryEventOutbox.ts"
import { aCaller, anIntegration, aProviderId, aScope, features, scopes } from "../fakes/Samples.ts"
import { Faults, storageDown } from "./Faults.ts"
import { ada, bob, byAda, byAdmin, byAuditor, byNamesake, byService, namesake } from "./Journey.ts"
import { inApplication } from "./TestApplication.ts"

const [read, write] = [scopes("sandbox.notes.read"), scopes("sandbox.notes.write")]

const draft = (policy: ScopePolicy, after?: number, provider = "sandbox") => ({
  provider,
  policy,
  after: Option.fromUndefinedOr(after)
})

const put = (policy: ScopePolicy, after?: number, caller: Caller = byAdmin, provider?: string) =>
  PutScopePolicy.use((useCase) => useCase.put(caller, draft(policy, after, provider)))

const get = (caller: Caller = byAdmin, provider = "sandbox") =>
  GetScopePolicy.use((useCase) => useCase.get(caller, provider))

const list = (caller: Caller = byAdmin) => GetScopePolicy.use((useCase) => useCase.list(caller))

const attempt = (
  policy: ScopePolicy,
  page: { readonly limit?: number; readonly after?: Option.Option<IntegrationId> } = {},
  caller: Caller = byAdmin,
  version?: number
) =>
  TryScopePolicy.use((useCase) =>
    useCase.try(caller, draft(policy, version), { limit: page.limit ?? 50, after: page.after ?? Option.none() })
  )

const tagOf = <E extends { readonly _tag: string }, R>(call: Effect.Effect<unknown, E, R>) =>
  Effect.map(Effect.flip(call), ({ _tag }) => _tag)

const unwritten = { provider: aProviderId, version: 0, policy: {}, createdAt: Option.none() }

const changes = Effect.map(recordedAbout(byAdmin.scope), (events) =>
  events.filter(({ action }) => action === "policy.changed")
)

/** Connected, and with the scopes that are granted all consented to and in use. */
const connected = Effect.fnUntraced(function* (owner = ada, overrides: Partial<Integration> = {}) {
  const integrations = yield* IntegrationRepository
  const granted = overrides.grantedScopes ?? scopes("openid", "sandbox.notes.read", "sandbox.notes.write")
  const integration = anIntegration(owner, {
    grantedScopes: granted,
    surplusScopes: [],
    consentedScopes: granted,
    scopesInUse: granted,
    features: features("sandbox.notes.read"),
    ...overrides
  })
  yield* integrations.insert(owner, integration)
  return integration
})

describe("a tenant's policy", () => {
  it.effect("is none at first, in version 0, for each provider that is loaded", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get(), unwritten)
      assert.deepStrictEqual(yield* list(), [])
      assert.strictEqual((yield* Effect.flip(get(byAdmin, "nowhere")))._tag, "NotFound")
    }).pipe(inApplication)
  )

  it.effect("is the version written last, for all administrators of the tenant and no other", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      yield* put({ denied: write })
      const written = yield* put({ allowed: read }, 1)
      const now = Option.some(yield* DateTime.now)
      assert.deepStrictEqual(written, { provider: aProviderId, version: 2, policy: { allowed: read }, createdAt: now })
      const colleague = aCaller(aScope({ tenant: ada.tenant }), { roles: ["admin"] })
      assert.deepStrictEqual(yield* get(colleague), written)
      assert.deepStrictEqual(yield* list(colleague), [written])
      assert.deepStrictEqual(yield* get(byNamesake), unwritten)
      assert.deepStrictEqual(yield* list(byNamesake), [])
    }).pipe(inApplication)
  )

  it.effect("is still listed when its provider is no longer loaded", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const gone = ProviderId.make("gone")
      yield* policies.put(byAdmin.scope, gone, { denied: write }, 0)
      yield* put({})
      const providers = (yield* list()).map(({ provider }) => provider)
      assert.deepStrictEqual(providers, [gone, aProviderId])
    }).pipe(inApplication)
  )

  it.effect("is for those who may write policies to see, change and try", () =>
    Effect.gen(function* () {
      const callers = [byAda, byService, byAuditor, aCaller(ada, { roles: [] })]
      for (const caller of callers) {
        const calls = [
          tagOf(get(caller)),
          tagOf(list(caller)),
          tagOf(put({}, 0, caller)),
          tagOf(attempt({}, {}, caller))
        ]
        for (const call of calls) {
          assert.strictEqual(yield* call, "PermissionRequired")
        }
      }
      assert.deepStrictEqual(yield* get(), unwritten)
      yield* put({}, 0, aCaller(aScope({ tenant: ada.tenant }), { permissions: ["policies:write"] }))
    }).pipe(inApplication)
  )
})

describe("changing a policy", () => {
  it.effect("is on the audit trail with the version, and is told to nobody", () =>
    Effect.gen(function* () {
      yield* put({ denied: write })
      yield* put({})
      const common = {
        action: "policy.changed",
        object: { type: "policy", id: "sandbox" },
        outcome: "success",
        actor: { scope: byAdmin.scope, role: "admin" },
        about: byAdmin.scope,
        requestId: byAdmin.requestId
      } as const
      const [first, second, ...others] = yield* changes
      assert.deepInclude(first, { ...common, reason: "1" })
      assert.deepInclude(second, { ...common, reason: "2" })
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(yield* pendingAbout(byAdmin.scope), [])
    }).pipe(inApplication)
  )

  it.effect("does not happen where it cannot be put on the audit trail", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      yield* faults.every("AuditTrail.record", storageDown)
      assert.strictEqual((yield* Effect.flip(put({ denied: write })))._tag, "RepositoryUnavailable")
      assert.deepStrictEqual(yield* get(), unwritten)
    }).pipe(inApplication)
  )

  it.effect("is refused where the version that it names is not the newest, and leaves no trace", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* Effect.flip(put({}, 1)), { _tag: "PolicyOutdated", version: 0 })
      yield* put({ denied: write }, 0)
      yield* put({ denied: read }, 1)
      for (const known of [0, 1, 3]) {
        assert.deepInclude(yield* Effect.flip(put({}, known)), { _tag: "PolicyOutdated", version: 2 })
      }
      assert.deepInclude(yield* get(), { version: 2, policy: { denied: read } })
      assert.lengthOf(yield* changes, 2)
    }).pipe(inApplication)
  )

  it.effect("of ten at once that name the same version happens once", () =>
    Effect.gen(function* () {
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => Effect.result(put({ denied: write }, 0)),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(
        outcomes.filter(({ _tag }) => _tag === "Success"),
        1
      )
      assert.lengthOf(yield* changes, 1)
    }).pipe(inApplication)
  )

  it.effect("that names no version gives way to others, and then takes their place", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const overtaken = Effect.fail(new PolicyOutdated({ version: 1 }))
      yield* faults.next("ScopePolicyRepository.put", overtaken)
      yield* faults.next("ScopePolicyRepository.put", overtaken)
      assert.strictEqual((yield* put({})).version, 1)
      yield* faults.next("ScopePolicyRepository.put", overtaken)
      assert.strictEqual((yield* Effect.flip(put({}, 1)))._tag, "PolicyOutdated")
      yield* faults.every("ScopePolicyRepository.put", overtaken)
      assert.strictEqual((yield* Effect.flip(put({})))._tag, "PolicyOutdated")
      assert.lengthOf(yield* changes, 1)
    }).pipe(inApplication)
  )

  it.effect("is refused for a provider, scopes or features that there are not", () =>
    Effect.gen(function* () {
      const refusals = [
        [tagOf(put({}, undefined, byAdmin, "nowhere")), "NotFound"],
        [tagOf(put({ allowed: scopes("sandbox.notes.raed") })), "UnknownScope"],
        [tagOf(put({ by_role: { service: { denied: scopes("x") } } })), "UnknownScope"],
        [tagOf(put({ features: features("sandbox.notes.read", "sandbox.nothing") })), "UnknownFeature"],
        [tagOf(attempt({ denied: scopes("x") })), "UnknownScope"],
        [tagOf(attempt({ features: features("x") })), "UnknownFeature"]
      ] as const
      for (const [call, tag] of refusals) {
        assert.strictEqual(yield* call, tag)
      }
      assert.deepStrictEqual(yield* list(), [])
      assert.deepStrictEqual(yield* changes, [])
    }).pipe(inApplication)
  )
})

describe("trying a policy", () => {
  const keepsWrite: ScopePolicy = { denied: write, wider_tokens: "release" }

  const losingWrite = ({ id, owner }: Integration) => ({
    user: owner.user,
    integrationId: id,
    losesToken: false,
    scopesLost: write,
    featuresLost: []
  })

  it.effect("lists the integrations of the tenant that lose something, and changes nothing", () =>
    Effect.gen(function* () {
      const adas = yield* connected(ada)
      yield* connected(ada, { grantedScopes: scopes("openid", "sandbox.notes.read") })
      const bobs = yield* connected(bob, { status: "reauthorization_required" })
      yield* connected(bob, { status: "disconnected", revocation: Option.some("revoked") })
      yield* connected(namesake)
      yield* connected(ada, { provider: ProviderId.make("incremental") })
      assert.deepStrictEqual(yield* attempt(keepsWrite), {
        data: [adas, bobs].map(losingWrite),
        next: Option.none()
      })
      assert.deepStrictEqual(yield* get(), unwritten)
      assert.deepStrictEqual(yield* changes, [])
    }).pipe(inApplication)
  )

  it.effect("shows that a whole token is lost where it becomes too wide, with what it serves", () =>
    Effect.gen(function* () {
      const { grantedScopes, id } = yield* connected()
      const { data } = yield* attempt({ denied: write })
      const { user } = ada
      assert.deepStrictEqual(data, [
        {
          user,
          integrationId: id,
          losesToken: true,
          scopesLost: grantedScopes,
          featuresLost: features("sandbox.notes.read")
        }
      ])
    }).pipe(inApplication)
  )

  it.effect("compares with what stands today", () =>
    Effect.gen(function* () {
      yield* connected()
      yield* put(keepsWrite)
      assert.deepStrictEqual((yield* attempt(keepsWrite)).data, [])
      assert.deepStrictEqual((yield* attempt({})).data, [])
      assert.lengthOf((yield* attempt({ ...keepsWrite, features: [] })).data, 1)
    }).pipe(inApplication)
  )

  it.effect("is refused where the version that it names is not the newest", () =>
    Effect.gen(function* () {
      yield* put(keepsWrite)
      const refused = yield* Effect.flip(attempt({}, {}, byAdmin, 0))
      assert.deepInclude(refused, { _tag: "PolicyOutdated", version: 1 })
      assert.deepStrictEqual((yield* attempt({}, {}, byAdmin, 1)).data, [])
    }).pipe(inApplication)
  )

  it.effect("gives pages that end with the last one listed, or the last one looked at", () =>
    Effect.gen(function* () {
      const reader = { grantedScopes: scopes("openid", "sandbox.notes.read") }
      const rows: Array<Integration> = []
      for (const overrides of [{}, reader, {}, {}, reader, reader, {}]) rows.push(yield* connected(ada, overrides))
      const pages: Array<ReadonlyArray<number>> = []
      let after = Option.none<IntegrationId>()
      do {
        const { data, next } = yield* attempt(keepsWrite, { limit: 2, after })
        pages.push(data.map(({ integrationId }) => rows.findIndex(({ id }) => id === integrationId)))
        after = next
      } while (Option.isSome(after) && pages.length < 10)
      // Of three that are looked at for a page two may be listed
      assert.deepStrictEqual(pages, [[0, 2], [3], [6]])
    }).pipe(Effect.provideService(PolicyTrialReach, 3), inApplication)
  )

  it.effect("goes on behind the last one listed where more are affected than a page holds", () =>
    Effect.gen(function* () {
      const rows = [yield* connected(), yield* connected(bob), yield* connected()]
      const { data, next } = yield* attempt(keepsWrite, { limit: 2 })
      assert.deepStrictEqual(next, Option.fromUndefinedOr(rows[1]?.id))
      assert.lengthOf(data, 2)
      const rest = yield* attempt(keepsWrite, { limit: 2, after: next })
      assert.deepStrictEqual(
        rest.data.map(({ integrationId }) => integrationId),
        rows.slice(2).map(({ id }) => id)
      )
      assert.deepStrictEqual(rest.next, Option.none())
    }).pipe(inApplication)
  )
})
