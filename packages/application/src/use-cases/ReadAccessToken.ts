import {
  type Caller,
  Freshness,
  type IntegrationId,
  PurposeRequired,
  Releases,
  type Scope,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, type Duration, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { ReleasedScopes } from "../refresh/ReleasedScopes.ts"
import { isInProgress, TokenRefresher } from "../refresh/TokenRefresher.ts"
import { TokenRelease, type TokenWarning } from "../refresh/TokenRelease.ts"
import { requireUsable, type UsableReading } from "../refresh/UsableReading.ts"

export interface TokenRequest {
  /** How long the token must still live; the default is `Freshness.effectiveMinTtl`. */
  readonly minTtl: Option.Option<Duration.Duration>
  /** Scopes that the token must be good for. */
  readonly scopes: ReadonlyArray<Scope>
  readonly purpose: Option.Option<string>
}

/** Hands out an access token that lives for at least `minTtl`, renewing it first where needed. */
export class ReadAccessToken extends Context.Service<ReadAccessToken>()(
  "@oauth-manager/application/use-cases/ReadAccessToken",
  {
    make: Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const released = yield* ReleasedScopes
      const refresher = yield* TokenRefresher
      const release = yield* TokenRelease

      /** A token that can still be used is served though it could not be renewed, and the caller is told. */
      const renew = Effect.fnUntraced(function* (
        caller: Caller,
        user: UserScope,
        id: IntegrationId,
        held: UsableReading
      ) {
        const { token } = held.token.value
        const hasExpired = Effect.map(DateTime.now, (now) => Freshness.hasExpired(token, now))
        const serveHeld = (warning: TokenWarning) => ({ reading: held, refreshed: false, warnings: [warning] })
        const expired = yield* hasExpired
        if (!expired && Option.isNone(token.refreshToken)) return serveHeld("min_ttl_unattainable")
        return yield* refresher.refreshPast(caller, user, id, token.generation, { patient: expired }).pipe(
          Effect.map((reading) => ({ reading, refreshed: true, warnings: [] as ReadonlyArray<TokenWarning> })),
          Effect.catchTag(
            ["ProviderUnavailable", "ProviderMisconfigured", "AdminActionRequired", "ReauthorizationRequired"],
            (error) =>
              // It may have expired while the provider was waited for.
              Effect.flatMap(hasExpired, (ended) =>
                ended || (error._tag === "ReauthorizationRequired" && error.tokenWorks !== true)
                  ? Effect.fail(error)
                  : Effect.succeed(serveHeld(isInProgress(error) ? "refresh_in_progress" : "refresh_failed"))
              )
          )
        )
      })

      return {
        read: Effect.fn("ReadAccessToken.read")(function* (
          caller: Caller,
          user: UserScope,
          id: IntegrationId,
          request: TokenRequest
        ) {
          yield* requireAccess(caller, user, "tokens:read")
          const found = yield* tokens.read(user, id)
          if (Option.isNone(found)) return yield* new NotFound()
          if (!Releases.statesPurpose(found.value.policy, Option.getOrUndefined(request.purpose))) {
            return yield* new PurposeRequired({ provider: found.value.provider })
          }
          const held = yield* requireUsable(id, found.value)
          const scopes = yield* released.decide(caller, held, request.scopes)

          const { token } = held.token.value
          const minTtl = Freshness.effectiveMinTtl(token, request.minTtl)
          const purpose = Option.match(request.purpose, { onNone: () => ({}), onSome: (purpose) => ({ purpose }) })
          if (!Freshness.needsRefresh(token, yield* DateTime.now, minTtl)) {
            return yield* release.release(caller, user, held, { scopes, refreshed: false, warnings: [], ...purpose })
          }
          const { reading, refreshed, warnings } = yield* renew(caller, user, id, held)
          const tooShort = refreshed && Freshness.livesShorterThan(reading.token.value.token, minTtl)
          return yield* release.release(caller, user, reading, {
            scopes: yield* released.decide(caller, reading, request.scopes),
            refreshed,
            warnings: tooShort ? [...warnings, "min_ttl_unattainable"] : warnings,
            ...purpose
          })
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
