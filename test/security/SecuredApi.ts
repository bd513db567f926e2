import type { Role, UserScope } from "@oauth-manager/domain"
import { TenantId, UserId } from "@oauth-manager/domain"
import { CallerVerification, type HttpServer, RateLimits } from "@oauth-manager/http/server"
import { Effect, Layer } from "effect"
import { ada, anAnswer, authorize, complete } from "../application/Journey.ts"
import { providers } from "../application/Providers.ts"
import { layerOf } from "../application/TestApplication.ts"
import { aCaller, aTokenAnswer, anAccount } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { type Claims, claims, options, sign } from "../http/JwtIssuer.ts"
import { layerNoApplication, Ready } from "../http/TestApi.ts"

export const tenantClaim = "org"

/** The API over in-memory ports, which believes tokens of `JwtIssuer` alone and takes the tenant from a claim. */
export const layerWith = (httpOptions: HttpServer.HttpServerOptions = {}, limits = RateLimits.layerNone) =>
  layerNoApplication(httpOptions, limits).pipe(
    Layer.provideMerge(
      Layer.mergeAll(layerOf(providers), CallerVerification.layer(options({ claims: { tenant: tenantClaim } })), Ready)
    )
  )

export const tokenFor = (user: string, roles: ReadonlyArray<Role>, more: Claims = {}): Effect.Effect<string> =>
  Effect.promise(() => sign({ ...claims, sub: user, roles, [tenantClaim]: ada.tenant, ...more }))

/** The provider grants whatever is asked for. */
export const willingProvider = Effect.gen(function* () {
  const { exchange, refresh, revoke } = yield* ScriptedOAuthClient
  yield* exchange.always(() => Effect.succeed(anAnswer({ account: anAccount() })))
  yield* refresh.always(() => Effect.succeed(aTokenAnswer()))
  yield* revoke.always(() => Effect.succeed("revoked"))
})

let people = 0

export const somebody = (): UserScope => ({
  tenant: TenantId.make(ada.tenant),
  user: UserId.make(`person-${++people}`)
})

/** Somebody of Ada's tenant with an integration, and an authorization that waits to be completed. */
export const connectedPerson = Effect.gen(function* () {
  const scope = somebody()
  const caller = aCaller(scope)
  const { integration } = yield* complete(yield* authorize({}, caller, scope), caller, scope)
  const { authorization, completionToken } = yield* authorize({}, caller, scope)
  return { scope, integration, authorization, completionToken }
})

export type ConnectedPerson = Effect.Success<typeof connectedPerson>

/** A path about the caller, and about things that are not there. */
export const filled = (path: string): string =>
  path
    .replace("{user}", "me")
    .replace("{provider}", "sandbox")
    .replace("{feature}", "sandbox.notes.read")
    .replace("{id}", "0190b4c5-0000-7000-8000-000000000001")
