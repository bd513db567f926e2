import { type Integration, type IntegrationId, ProviderId, type TenantId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { aProviderId, aScope, strangersTo } from "../fakes/Samples.ts"
import { assertDefect, contract, persistence, type PersistencePorts } from "./Contract.ts"
import { integrate } from "./Seed.ts"

const list = Effect.fnUntraced(function* (
  tenant: TenantId,
  { after, limit = 100 }: { readonly after?: IntegrationId; readonly limit?: number } = {}
) {
  const { integrations } = yield* persistence
  const page = { limit, after: Option.fromUndefinedOr(after) }
  return yield* integrations.listConnectedAcrossUsers(tenant, aProviderId, page)
})

const idsOf = (rows: ReadonlyArray<Pick<Integration, "id">>) => rows.map(({ id }) => id)

/** Two users of a tenant, each with two integrations, in the order of ids. */
const seed = Effect.gen(function* () {
  const ada = aScope()
  const bob = aScope({ tenant: ada.tenant })
  const rows: Array<Integration> = []
  for (const owner of [ada, bob, ada]) rows.push(yield* integrate(owner))
  rows.push(yield* integrate(bob, { status: "reauthorization_required" }))
  return { ada, rows }
})

export const tenantIntegrationsContract = contract<PersistencePorts>("IntegrationRepository, of a tenant", (it) => {
  it.effect("gives every field of the connected integrations of all its users, in the order of ids", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const { ada, rows } = yield* seed
      const listed = yield* list(ada.tenant)
      assert.deepStrictEqual(idsOf(listed), idsOf(rows))
      for (const row of listed) {
        const { integration } = Option.getOrThrow(yield* integrations.find(row.owner, row.id))
        assert.deepStrictEqual(row, integration)
      }
    })
  )

  it.effect("gives pages, each behind the last id of the one before", () =>
    Effect.gen(function* () {
      const { ada, rows } = yield* seed
      const [first, second, third, fourth] = idsOf(rows)
      assert.deepStrictEqual(idsOf(yield* list(ada.tenant, { limit: 2 })), [first, second])
      assert.isDefined(second)
      assert.deepStrictEqual(idsOf(yield* list(ada.tenant, { limit: 2, after: second })), [third, fourth])
      assert.isDefined(fourth)
      assert.deepStrictEqual(yield* list(ada.tenant, { limit: 2, after: fourth }), [])
    })
  )

  it.effect("gives none that has ended, of another provider or of another tenant", () =>
    Effect.gen(function* () {
      const { ada, rows } = yield* seed
      yield* integrate(ada, { status: "disconnecting" })
      yield* integrate(ada, { status: "disconnected", revocation: Option.some("revoked") })
      yield* integrate(ada, { provider: ProviderId.make("another") })
      for (const stranger of strangersTo(ada).slice(1)) yield* integrate(stranger)
      assert.deepStrictEqual(idsOf(yield* list(ada.tenant)), idsOf(rows))
      assert.deepStrictEqual(yield* list(aScope().tenant), [])
    })
  )

  it.effect("is a defect in the unit of work of one user", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const { ada } = yield* seed
      assertDefect(yield* Effect.exit(units.forUser(ada, list(ada.tenant))))
    })
  )
})
