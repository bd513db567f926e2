import { ProviderIncidents } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { atOnce, contract } from "./Contract.ts"

let providers = 0
const aProvider = (): ProviderId => ProviderId.make(`ailing-${Date.now().toString(36)}-${providers++}`)

const openOf = (provider: ProviderId) =>
  ProviderIncidents.use((incidents) => incidents.list).pipe(
    Effect.map((open) => open.filter((incident) => incident.provider === provider))
  )

export const providerIncidentsContract = contract<ProviderIncidents>("ProviderIncidents", (it) => {
  it.effect("opens an incident once, and keeps since when, with the last code", () =>
    Effect.gen(function* () {
      const incidents = yield* ProviderIncidents
      const provider = aProvider()
      assert.deepStrictEqual(yield* openOf(provider), [])
      assert.isTrue(yield* incidents.open(provider, "invalid_client"))
      const [first] = yield* openOf(provider)
      assert.deepInclude(first, { provider, code: "invalid_client" })
      assert.isFalse(yield* incidents.open(provider, "unauthorized_client"))
      assert.deepStrictEqual(yield* openOf(provider), [{ ...(first ?? assert.fail()), code: "unauthorized_client" }])
    })
  )

  it.effect("tells whether there was one to close", () =>
    Effect.gen(function* () {
      const incidents = yield* ProviderIncidents
      const provider = aProvider()
      assert.isFalse(yield* incidents.close(provider))
      yield* incidents.open(provider, "invalid_client")
      assert.isTrue(yield* incidents.close(provider))
      assert.isFalse(yield* incidents.close(provider))
      assert.deepStrictEqual(yield* openOf(provider), [])
    })
  )

  it.effect("is opened by one of many who find it at once", () =>
    Effect.gen(function* () {
      const incidents = yield* ProviderIncidents
      const provider = aProvider()
      const opened = yield* atOnce(20, incidents.open(provider, "invalid_client"))
      assert.lengthOf(opened.filter(Boolean), 1)
      assert.lengthOf(yield* openOf(provider), 1)
    })
  )
})
