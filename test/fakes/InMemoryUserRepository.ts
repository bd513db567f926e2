import { UserRepository } from "@oauth-manager/application"
import { Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { known } from "./KnownUsers.ts"

export const layer = Layer.effect(
  UserRepository,
  Effect.map(InMemoryStore, (store) =>
    UserRepository.of({
      ensure: (scope) => store.writeAnywhere((rows) => known(rows, scope))
    })
  )
)
