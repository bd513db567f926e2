import { ProviderRegistry } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "./InMemoryProviderRegistry.ts"
import { aRegisteredProvider } from "./Samples.ts"

const sandbox = aRegisteredProvider()
const another = aRegisteredProvider({ definition: { ...sandbox.definition, id: ProviderId.make("another") } })

describe("InMemoryProviderRegistry", () => {
  it.effect("lists the providers in the order of ids, and gets each by its id", () =>
    Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      assert.deepStrictEqual(yield* registry.list, [another, sandbox])
      assert.strictEqual(yield* registry.get("sandbox"), sandbox)
      assert.strictEqual(yield* registry.get("another"), another)
      assert.propertyVal(yield* Effect.flip(registry.get("unknown")), "provider", "unknown")
    }).pipe(Effect.provide(layer([sandbox, another])))
  )
})
