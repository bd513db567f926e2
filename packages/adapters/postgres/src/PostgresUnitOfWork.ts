import { UnitOfWork } from "@oauth-manager/application"
import { Effect, Layer } from "effect"
import * as ScopedTransaction from "./ScopedTransaction.ts"

export const layer = Layer.effect(
  UnitOfWork,
  Effect.map(ScopedTransaction.make, ({ unit }) =>
    UnitOfWork.of({
      forUser: (scope, work) => unit("UnitOfWork.forUser", scope, work),
      acrossUsers: (work) => unit("UnitOfWork.acrossUsers", "across_users", work)
    })
  )
)
