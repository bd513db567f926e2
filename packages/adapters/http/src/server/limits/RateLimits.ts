import type { Caller } from "@oauth-manager/domain"
import { Context, Effect, Layer, type Option } from "effect"
import { RateLimiter } from "effect/persistence"
import { RateLimited } from "../problems/RequestFailures.ts"
import { addressKey } from "./AddressKey.ts"

/** Requests a minute; 0 is no limit. */
export interface RequestLimits {
  /** Of one person. */
  readonly user: number
  /** Of one service or administrator. */
  readonly service: number
  /** From one address, as long as nobody knows who calls. */
  readonly address: number
}

type Admission = Effect.Effect<void, RateLimited>

const window = "1 minute"

/** May a caller act for others of the tenant? */
export const isService = ({ roles }: Pick<Caller, "roles">): boolean =>
  roles.includes("service") || roles.includes("admin")

const make = (limits: RequestLimits) =>
  Effect.map(RateLimiter.RateLimiter, (limiter) => {
    const take = (key: string, limit: number): Admission =>
      limit === 0
        ? Effect.void
        : limiter.consume({ algorithm: "token-bucket", key, limit, window }).pipe(
            Effect.catch(({ reason }) =>
              // A limiter that fails must not take the service along
              reason._tag === "RateLimitExceeded"
                ? Effect.fail(new RateLimited({ retryAfter: reason.retryAfter }))
                : Effect.void
            ),
            Effect.asVoid
          )
    return {
      ofAddress: (address: Option.Option<string>): Admission =>
        address._tag === "None" ? Effect.void : take(`{address:${addressKey(address.value)}}`, limits.address),
      ofCaller: (caller: Pick<Caller, "roles" | "scope">): Admission => {
        const { tenant, user } = caller.scope
        const [kind, limit] = isService(caller)
          ? (["service", limits.service] as const)
          : (["user", limits.user] as const)
        return take(`{${kind}:${JSON.stringify([tenant, user])}}`, limit)
      }
    }
  })

/** How often may somebody call? A bucket of a minute's requests each, that fills up again all the time. */
export class RateLimits extends Context.Service<
  RateLimits,
  {
    readonly ofAddress: (address: Option.Option<string>) => Admission
    readonly ofCaller: (caller: Pick<Caller, "roles" | "scope">) => Admission
  }
>()("@oauth-manager/http/server/limits/RateLimits") {
  static readonly layer = (limits: RequestLimits): Layer.Layer<RateLimits, never, RateLimiter.RateLimiterStore> =>
    Layer.effect(RateLimits, make(limits)).pipe(Layer.provide(RateLimiter.layer))

  static readonly layerNone = Layer.succeed(RateLimits, { ofAddress: () => Effect.void, ofCaller: () => Effect.void })
}
