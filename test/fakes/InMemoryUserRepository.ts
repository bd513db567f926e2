import { UserRepository } from "@oauth-manager/application"
import { UserReference } from "@oauth-manager/domain"
import { Effect, HashMap, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { InMemoryStore } from "./InMemoryStore.ts"
import { keyOf } from "./Rows.ts"

export const layer = Layer.effect(
  UserRepository,
  Effect.map(InMemoryStore, (store) =>
    UserRepository.of({
      ensure: (scope) =>
        store.writeAnywhere((rows) => {
          const known = HashMap.get(rows.users, keyOf(scope))
          if (Option.isSome(known)) return [known.value, rows]
          const user = { scope, reference: UserReference.make(SecureRandom.uuidV4Unsafe()) }
          return [user, { ...rows, users: HashMap.set(rows.users, keyOf(scope), user) }]
        })
    })
  )
)
