import { AddressRules } from "@oauth-manager/oauth"
import { assert, describe, it } from "@effect/vitest"

const { isPermitted, parseNetwork } = AddressRules
const none: AddressRules.AddressRules = { loopback: false, networks: [] }

const opened = (...networks: ReadonlyArray<string>): AddressRules.AddressRules => ({
  loopback: false,
  networks: networks.map(parseNetwork).filter((network) => network !== undefined)
})

describe("an address of the public internet", () => {
  it.each([
    "8.8.8.8",
    "192.0.1.1",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450:4001:82b::200a",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1"
  ])("is permitted: %s", (address) => assert.isTrue(isPermitted(address, none)))
})

describe("what is not an address in its usual spelling", () => {
  it.each([
    "",
    "8.8.8",
    "134744072",
    "010.8.8.8",
    "8.8.8.8.",
    "8.8.8.8 ",
    "example.com",
    "2606:4700::1111%eth0",
    "[::1]"
  ])("is refused: %j", (text) => assert.isFalse(isPermitted(text, none)))
})

describe("a network that is opened", () => {
  it("lets its own addresses pass, however IPv6 carries them, and no other", () => {
    const rules = opened("10.20.0.0/16", "fd12:3456::/32")
    const permitted = ["10.20.0.1", "::ffff:10.20.255.255", "64:ff9b::10.20.0.1", "fd12:3456::1"]
    const refused = ["10.21.0.1", "192.168.0.1", "127.0.0.1", "fd12:3457::1", "::1", "169.254.169.254"]
    assert.deepStrictEqual(
      [...permitted, ...refused].filter((address) => isPermitted(address, rules)),
      permitted
    )
  })

  it("never opens where a cloud hands out credentials", () => {
    const rules = opened("fc00::/7", "100.64.0.0/10")
    assert.isTrue(isPermitted("fd00::1", rules) && isPermitted("100.64.0.1", rules))
    for (const address of ["fd00:ec2::254", "fd20:ce::254", "100.100.100.200"]) {
      assert.isFalse(isPermitted(address, rules), address)
    }
  })

  it.each([
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/7",
    "127.0.0.0/8",
    "::1/128",
    "169.254.0.0/16",
    "169.254.169.254/32",
    "fe80::/10",
    "8.8.8.0/24",
    "2606:4700::/32",
    "::ffff:10.0.0.0/104",
    "10.0.0.0",
    "10.0.0.0/33",
    "a network"
  ])("cannot be %s", (text) => assert.isUndefined(parseNetwork(text)))
})

describe("loopback", () => {
  it("is permitted where the rules say so, and nothing else with it", () => {
    const rules = { loopback: true, networks: [] }
    const all = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "10.0.0.1", "169.254.169.254"]
    assert.deepStrictEqual(
      all.filter((address) => isPermitted(address, rules)),
      ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
    )
  })
})
