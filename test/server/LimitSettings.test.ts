import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import { IpNetwork } from "effect/net"
import { limitSettings } from "../../apps/server/src/configuration/LimitSettings.ts"

const read = (env: Record<string, string>) =>
  limitSettings.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))

describe("limits by configuration", () => {
  it.effect("are a person's ten a second, a service's thousand, and no proxy is trusted", () =>
    Effect.gen(function* () {
      const { rateLimitRedisUrl, rateLimits, trustedProxies } = yield* read({})
      assert.deepStrictEqual(rateLimits, { user: 600, service: 60_000, address: 6_000 })
      assert.isTrue(Option.isNone(rateLimitRedisUrl))
      assert.deepStrictEqual(trustedProxies, [])
    })
  )

  it.effect("are those that the deployment names", () =>
    Effect.gen(function* () {
      const { rateLimitRedisUrl, rateLimits, trustedProxies } = yield* read({
        RATE_LIMIT_USER: "0",
        RATE_LIMIT_REDIS_URL: "rediss://:secret@redis.example:6380/1",
        TRUSTED_PROXIES: "10.0.0.7, 10.1.0.0/16,fd00::/8 , ::1"
      })
      assert.strictEqual(rateLimits.user, 0)
      assert.strictEqual(Option.map(rateLimitRedisUrl, Redacted.value).pipe(Option.getOrNull)?.slice(0, 9), "rediss://")
      assert.deepStrictEqual(trustedProxies.map(IpNetwork.format), [
        "10.0.0.7/32",
        "10.1.0.0/16",
        "fd00::/8",
        "::1/128"
      ])
    })
  )

  it.effect.each([
    ["RATE_LIMIT_USER", "-1"],
    ["RATE_LIMIT_SERVICE", "1.5"],
    ["RATE_LIMIT_ADDRESS", "many"],
    ["RATE_LIMIT_REDIS_URL", "https://redis.example"],
    ["TRUSTED_PROXIES", "proxy.example"],
    ["TRUSTED_PROXIES", "10.0.0.7/8"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "010.0.0.1"],
    ["TRUSTED_PROXIES", "10.0.0.1,*"],
    // Everybody's word would count
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["TRUSTED_PROXIES", "::/0"]
  ] as const)("are refused by name: %s=%s", ([name, value]) =>
    Effect.map(Effect.flip(read({ [name]: value })), ({ message }) => {
      assert.isTrue(message.startsWith(`${name}: `), message)
      assert.notInclude(message, "secret")
    })
  )
})
