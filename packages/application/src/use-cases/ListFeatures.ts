import type { Caller, FeatureId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requireAccess } from "../access/Access.ts"
import { FeatureOverview } from "../features/FeatureOverview.ts"

/** Tells how a user's features stand, and why. */
export class ListFeatures extends Context.Service<ListFeatures>()("@oauth-manager/application/use-cases/ListFeatures", {
  make: Effect.map(FeatureOverview, (overview) => ({
    list: Effect.fn("ListFeatures.list")(function* (caller: Caller, user: UserScope) {
      yield* requireAccess(caller, user, "integrations:read")
      return yield* overview.all(caller, user)
    }),
    get: Effect.fn("ListFeatures.get")(function* (caller: Caller, user: UserScope, id: FeatureId) {
      yield* requireAccess(caller, user, "integrations:read")
      return yield* overview.of(caller, user, yield* overview.find(id))
    })
  }))
}) {
  static readonly layer = Layer.effect(this, this.make)
}
