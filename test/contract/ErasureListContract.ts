import { ErasureList } from "@oauth-manager/application"
import type { Erasure } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { anErasureEntry, aScope } from "../fakes/Samples.ts"
import { contract } from "./Contract.ts"

export const erasureListContract = contract<ErasureList>("ErasureList", (it) => {
  const added = Effect.fnUntraced(function* (before: number) {
    const { entries } = yield* ErasureList
    return (yield* entries).slice(before)
  })
  const size = ErasureList.use(({ entries }) => Effect.map(entries, ({ length }) => length))

  it.effect("keeps entries whole, with and without a data key, in their order", () =>
    Effect.gen(function* () {
      const list = yield* ErasureList
      const before = yield* size
      const [first, second, third] = [anErasureEntry(), anErasureEntry({ dataKeyId: Option.none() }), anErasureEntry()]
      yield* list.append(first, second)
      yield* list.append(third)
      assert.deepStrictEqual(yield* added(before), [first, second, third])
    })
  )

  it.effect("keeps an entry once, however often it is added, and nothing more of an erasure than it must", () =>
    Effect.gen(function* () {
      const list = yield* ErasureList
      const before = yield* size
      const entry = anErasureEntry()
      yield* list.append(entry)
      const erasure: Erasure = { ...entry, tenant: aScope().tenant, proof: Option.none() }
      yield* list.append(erasure, entry)
      yield* list.append()
      assert.deepStrictEqual(yield* added(before), [entry])
    })
  )

  it.effect("keeps all that are added at once", () =>
    Effect.gen(function* () {
      const list = yield* ErasureList
      const before = yield* size
      const entries = Array.from({ length: 50 }, () => anErasureEntry())
      yield* Effect.forEach(entries, (entry) => list.append(entry), { concurrency: "unbounded" })
      assert.sameDeepMembers([...(yield* added(before))], entries)
    })
  )
})
