import { UnitOfWork } from "@oauth-manager/application"
import { Effect, Layer } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"

export const layer = Layer.effect(
  UnitOfWork,
  Effect.map(InMemoryStore, (store) =>
    UnitOfWork.of({
      forUser: (scope, work) => store.unit(scope, work),
      acrossUsers: (work) => store.unit("across users", work)
    })
  )
)
