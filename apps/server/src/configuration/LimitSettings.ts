import { Effect, Option, type Redacted, Result, Schema } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import type { StartupFailed } from "../StartupFailed.ts"
import { List, setting, withDefault } from "./Setting.ts"

export interface LimitSettings {
  /** Requests a minute; 0 is no limit. */
  readonly rateLimits: { readonly user: number; readonly service: number; readonly address: number }
  /** Where servers count together; none: each by itself. */
  readonly rateLimitRedisUrl: Option.Option<Redacted.Redacted<string>>
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>
}

const isRate = (rate: number) =>
  (Number.isInteger(rate) && rate >= 0 && rate <= 100_000_000) || "must be whole requests a minute, 0 for no limit"

const Rate = Schema.FiniteFromString.check(Schema.makeFilter(isRate))

const isRedisUrl = (text: string) =>
  (URL.canParse(text) && ["redis:", "rediss:"].includes(new URL(text).protocol))
  || "must be a URL that begins with redis:// or rediss://"

const RedisUrl = Schema.RedactedFromValue(Schema.Trim.check(Schema.makeFilter(isRedisUrl)))

const networkOf = (text: string): Option.Option<IpNetwork.IpNetwork> =>
  text.includes("/")
    ? Option.filter(Result.getSuccess(IpNetwork.fromString(text)), ({ prefixLength }) => prefixLength > 0)
    : Option.map(Result.getSuccess(NetAddress.ipFromString(text)), (address) =>
        IpNetwork.fromAddressUnsafe(address, NetAddress.width(address))
      )

const isNetwork = (text: string) =>
  Option.isSome(networkOf(text)) || "must be addresses or networks, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8"

const Networks = List.pipe(Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isNetwork)))))

/** How often callers may ask, and whose word counts for where they are. */
export const limitSettings: Effect.Effect<LimitSettings, StartupFailed> = Effect.gen(function* () {
  return {
    rateLimits: {
      user: yield* withDefault(600)(setting("RATE_LIMIT_USER", Rate)),
      service: yield* withDefault(60_000)(setting("RATE_LIMIT_SERVICE", Rate)),
      address: yield* withDefault(6_000)(setting("RATE_LIMIT_ADDRESS", Rate))
    },
    rateLimitRedisUrl: yield* setting("RATE_LIMIT_REDIS_URL", RedisUrl),
    trustedProxies: Option.match(yield* setting("TRUSTED_PROXIES", Networks), {
      onNone: () => [],
      onSome: (texts) => texts.flatMap((text) => Option.toArray(networkOf(text)))
    })
  }
})
