import type { Caller } from "@oauth-manager/domain"
import { Array, Context, Effect, Layer } from "effect"
import { requirePermission } from "../access/Access.ts"
import { PolicyDesk, standing } from "../policies/PolicyDesk.ts"
import { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"

/** Shows administrators what their tenant allows. */
export class GetScopePolicy extends Context.Service<GetScopePolicy>()(
  "@oauth-manager/application/use-cases/GetScopePolicy",
  {
    make: Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const desk = yield* PolicyDesk
      return {
        get: Effect.fn("GetScopePolicy.get")(function* (caller: Caller, provider: string) {
          yield* requirePermission(caller, "policies:write")
          return yield* desk.standing(caller, provider)
        }),
        /** Those that the tenant has written, in the order of providers; also of providers that are no longer loaded. */
        list: Effect.fn("GetScopePolicy.list")(function* (caller: Caller) {
          yield* requirePermission(caller, "policies:write")
          return Array.map(yield* policies.list(caller.scope), standing)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
