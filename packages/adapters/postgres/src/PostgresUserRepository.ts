import { UserRepository } from "@oauth-manager/application"
import { UserReference } from "@oauth-manager/domain"
import { Effect, Layer, Schema } from "effect"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const theReference = Rows.only("users", Schema.Struct({ reference: UserReference }), ({ reference }) => reference)

export const layer = Layer.effect(
  UserRepository,
  Effect.gen(function* () {
    const { singleForAnyone } = yield* ScopedTransaction.make
    return UserRepository.of({
      ensure: (scope) =>
        singleForAnyone("UserRepository.ensure", [
          "SELECT ensure_user($1, $2) AS reference",
          [scope.tenant, scope.user]
        ]).pipe(
          Effect.flatMap(theReference),
          Effect.map((reference) => ({ scope, reference }))
        )
    })
  })
)
