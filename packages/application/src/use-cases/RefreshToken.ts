import { type Caller, hasPermission, type IntegrationId, type UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { requireUsable, TokenRefresher } from "../refresh/TokenRefresher.ts"
import { TokenRelease } from "../refresh/TokenRelease.ts"

/** Renews an integration's token now, however long it still lives. The token itself goes to those who may read it. */
export class RefreshToken extends Context.Service<RefreshToken>()("@oauth-manager/application/use-cases/RefreshToken", {
  make: Effect.gen(function* () {
    const tokens = yield* TokenRepository
    const refresher = yield* TokenRefresher
    const release = yield* TokenRelease
    return {
      refresh: Effect.fn("RefreshToken.refresh")(function* (caller: Caller, user: UserScope, id: IntegrationId) {
        yield* requireAccess(caller, user, "integrations:write")
        const found = yield* tokens.read(user, id)
        if (Option.isNone(found)) return yield* new NotFound()
        const current = yield* requireUsable(id, found.value)
        const renewed = yield* refresher.refreshPast(caller, user, id, current.token.value.token.generation, {
          patient: true
        })
        const usable = yield* requireUsable(id, renewed)
        return hasPermission(caller, "tokens:read")
          ? yield* release.release(caller, user, usable, { refreshed: true, warnings: [] })
          : release.describe(usable, { refreshed: true, warnings: [] })
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
