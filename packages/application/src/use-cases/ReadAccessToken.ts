import {
  type Caller,
  Freshness,
  type IntegrationId,
  type Scope,
  ScopeCatalogue,
  Scopes,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Data, DateTime, type Duration, Effect, Layer, Option } from "effect"
import { NotFound, requireAccess } from "../access/Access.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { isInProgress, TokenRefresher } from "../refresh/TokenRefresher.ts"
import { TokenRelease, type TokenWarning } from "../refresh/TokenRelease.ts"
import { requireUsable, type UsableReading } from "../refresh/UsableReading.ts"

export class ScopeNotGranted extends Data.TaggedError("ScopeNotGranted")<{
  readonly missing: ReadonlyArray<Scope>
}> {}

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
      const registry = yield* ProviderRegistry
      const refresher = yield* TokenRefresher
      const release = yield* TokenRelease

      const requireScopes = Effect.fnUntraced(function* (reading: UsableReading, asked: ReadonlyArray<Scope>) {
        if (asked.length === 0) return
        const missing = yield* registry.get(reading.provider).pipe(
          Effect.map(({ definition }) =>
            Scopes.difference(
              ScopeCatalogue.canonicalAll(definition, asked),
              ScopeCatalogue.closure(definition, reading.grantedScopes)
            )
          ),
          Effect.catchTag("UnknownProvider", () => Effect.succeed(Scopes.difference(asked, reading.grantedScopes)))
        )
        if (missing.length > 0) return yield* new ScopeNotGranted({ missing })
      })

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
          const held = yield* requireUsable(id, found.value)
          yield* requireScopes(held, request.scopes)

          const { token } = held.token.value
          const minTtl = Freshness.effectiveMinTtl(token, request.minTtl)
          const purpose = Option.match(request.purpose, { onNone: () => ({}), onSome: (purpose) => ({ purpose }) })
          if (!Freshness.needsRefresh(token, yield* DateTime.now, minTtl)) {
            return yield* release.release(caller, user, held, { refreshed: false, warnings: [], ...purpose })
          }
          const { reading, refreshed, warnings } = yield* renew(caller, user, id, held)
          yield* requireScopes(reading, request.scopes)
          const tooShort = refreshed && Freshness.livesShorterThan(reading.token.value.token, minTtl)
          return yield* release.release(caller, user, reading, {
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
