import { assert, describe, it } from "@effect/vitest"
import { TenantId, UserId } from "@oauth-manager/domain"
import type { VerifiedCaller } from "../../packages/adapters/http/src/server/authentication/Claims.ts"
import { VerifiedTokens } from "../../packages/adapters/http/src/server/authentication/VerifiedTokens.ts"

const ada: VerifiedCaller = {
  scope: { tenant: TenantId.make("default"), user: UserId.make("ada") },
  roles: ["user"],
  permissions: []
}

const hour = 3600
const remembered = (exp: number) => {
  const tokens = new VerifiedTokens()
  tokens.remember(VerifiedTokens.nameOf("token"), ada, exp, 0)
  return (token: string, now: number) => tokens.find(VerifiedTokens.nameOf(token), now)
}

describe("tokens that were verified", () => {
  it("are known again for a minute, so that a withdrawn key is soon refused", () => {
    const find = remembered(hour)
    assert.strictEqual(find("token", 59_999), ada)
    assert.isUndefined(find("token", 60_000))
    assert.isUndefined(find("token", 0), "forgotten is forgotten")
  })

  it("are never known past their expiry", () => {
    const find = remembered(10)
    assert.strictEqual(find("token", 9_999), ada)
    assert.isUndefined(find("token", 10_000))
  })

  it("are not known by another token", () => {
    assert.isUndefined(remembered(hour)("tokeN", 0))
  })

  it("are forgotten, the oldest first, where there are too many", () => {
    const tokens = new VerifiedTokens()
    for (let index = 0; index <= 10_000; index++) tokens.remember(VerifiedTokens.nameOf(`${index}`), ada, hour, 0)
    assert.isUndefined(tokens.find(VerifiedTokens.nameOf("0"), 0))
    assert.strictEqual(tokens.find(VerifiedTokens.nameOf("1"), 0), ada)
    assert.strictEqual(tokens.find(VerifiedTokens.nameOf("10000"), 0), ada)
  })
})
