import {
  type Caller,
  Freshness,
  hasPermission,
  type IntegrationId,
  Releases,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { ReleasedScopes } from "../refresh/ReleasedScopes.ts"
import { TokenRefresher } from "../refresh/TokenRefresher.ts"
import { TokenRelease, type TokenWarning } from "../refresh/TokenRelease.ts"
import { requireUsable } from "../refresh/UsableReading.ts"

/**
 * Renews an integration's token now, however long it still lives. The token itself goes to those who may read it, where the
 * tenant's policy does not ask what for. One that the provider gave no refresh token for is served as it is for as long as it lives.
 */
export class RefreshToken extends Context.Service<RefreshToken>()("@oauth-manager/application/use-cases/RefreshToken", {
  make: Effect.gen(function* () {
    const tokens = yield* TokenRepository
    const refresher = yield* TokenRefresher
    const release = yield* TokenRelease
    const scopes = yield* ReleasedScopes
    return {
      refresh: Effect.fn("RefreshToken.refresh")(function* (caller: Caller, user: UserScope, id: IntegrationId) {
        yield* requireAccess(caller, user, "integrations:write")
        const found = yield* tokens.read(user, id)
        if (Option.isNone(found)) return yield* new NotFound()
        const held = yield* requireUsable(id, found.value)
        const { token } = held.token.value
        const refreshed = Option.isSome(token.refreshToken) || Freshness.hasExpired(token, yield* DateTime.now)
        const reading = refreshed
          ? yield* refresher.refreshPast(caller, user, id, token.generation, { patient: true })
          : held
        const warnings: ReadonlyArray<TokenWarning> = refreshed ? [] : ["refresh_failed"]
        if (!hasPermission(caller, "tokens:read") || !Releases.statesPurpose(reading.policy, undefined)) {
          return release.describe(reading, { scopes: yield* scopes.describe(caller, reading), refreshed, warnings })
        }
        return yield* release.release(caller, user, reading, {
          scopes: yield* scopes.decide(caller, reading, []),
          refreshed,
          warnings
        })
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
