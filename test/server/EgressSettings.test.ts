import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import { egressSettings } from "../../apps/server/src/configuration/EgressSettings.ts"
import * as UnknownVariables from "../../apps/server/src/configuration/UnknownVariables.ts"

const withEnvironment = (env: Record<string, string>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env)))

const read = (env: Record<string, string>) => withEnvironment(env)(egressSettings)

describe("requests to providers by configuration", () => {
  it.effect("reach no private network and use no proxy where nothing is set", () =>
    Effect.gen(function* () {
      const proxies = { HTTPS_PROXY: "http://proxy.example:3128", ALL_PROXY: "http://proxy.example:3128" }
      assert.deepStrictEqual(yield* read(proxies), { networks: [], proxyUrl: Option.none() })
    })
  )

  it.effect("reach the networks and use the proxy that the deployment names", () =>
    Effect.gen(function* () {
      const { networks, proxyUrl } = yield* read({
        EGRESS_ALLOWED_NETWORKS: "10.20.0.0/16, fd12:3456::/48 ,192.168.7.7/32",
        EGRESS_PROXY_URL: "http://user:secret@proxy.example:3128"
      })
      assert.deepStrictEqual(
        networks.map(([address, bits]) => `${address.toString()}/${bits}`),
        ["10.20.0.0/16", "fd12:3456::/48", "192.168.7.7/32"]
      )
      assert.include(Redacted.value(Option.getOrThrow(proxyUrl)), "secret@proxy.example:3128")
    })
  )

  it.effect.each([
    ["EGRESS_ALLOWED_NETWORKS", "10.20.0.1"],
    ["EGRESS_ALLOWED_NETWORKS", "0.0.0.0/0"],
    ["EGRESS_ALLOWED_NETWORKS", "::/0"],
    ["EGRESS_ALLOWED_NETWORKS", "10.0.0.0/8,169.254.0.0/16"],
    ["EGRESS_ALLOWED_NETWORKS", "169.254.169.254/32"],
    ["EGRESS_ALLOWED_NETWORKS", "127.0.0.0/8"],
    ["EGRESS_ALLOWED_NETWORKS", "8.8.8.0/24"],
    ["EGRESS_ALLOWED_NETWORKS", "idp.example"],
    ["EGRESS_PROXY_URL", "secret.proxy.example:3128"],
    ["EGRESS_PROXY_URL", "socks5://user:secret@proxy.example"]
  ] as const)("are refused by name: %s=%s", ([name, value]) =>
    Effect.map(Effect.flip(read({ [name]: value })), ({ message }) => {
      assert.isTrue(message.startsWith(`${name}: `), message)
      assert.notInclude(message, "secret")
    })
  )

  it.effect("tell of a name that means nothing", () =>
    Effect.gen(function* () {
      const set = { EGRESS_ALLOWED_NETWORK: "10.20.0.0/16", EGRESS_PROXY_URL: "http://proxy.example", EGRESSION: "x" }
      const slips = yield* withEnvironment(set)(UnknownVariables.find([]))
      assert.strictEqual(slips.length, 1)
      assert.isTrue(slips[0]?.startsWith("EGRESS_ALLOWED_NETWORK has no effect."))
    })
  )
})
