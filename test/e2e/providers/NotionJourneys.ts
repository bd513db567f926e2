import { assert, describe, it } from "vitest"
import * as Faults from "../../simulators/providers/Faults.ts"
import { ada, type NotionAccount } from "../../simulators/providers/notion/NotionAccount.ts"
import { rateLimited } from "../../simulators/providers/notion/NotionErrors.ts"
import { untilTriedAgain, userOf, type World } from "./World.ts"

export const notionJourneys = (world: () => World): void => {
  const as =
    (account: NotionAccount, deny = false) =>
    (url: string) =>
      world().notion.consent(url, { account, deny })

  const personOf = async (name: string) => ({
    user: await userOf(world(), name),
    account: { ...ada, id: `e79a0b74-3aba-4149-9f74-${name.padEnd(12, "0").slice(0, 12)}` }
  })

  const provider = "notion"
  const sentRefreshToken = () => world().notion.last("token").parameters.get("refresh_token")

  describe("Notion", () => {
    it("does the main job without scopes and lifetimes, and with a new pair each time", async () => {
      const { notion } = world()
      const { account, user } = await personOf("e2e1")
      const { body, status } = await user.connect({ provider, features: ["notion.pages.read"] }, as(account))
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.account, {
        id: `${account.workspace.id}:${account.id}`,
        email: account.email,
        name: account.workspace.name
      })
      assert.deepStrictEqual([body.scopes, body.token.expires_at], [[], null])
      const asked = notion.last("authorize").parameters
      for (const unknown of ["scope", "code_challenge", "nonce"]) assert.isFalse(asked.has(unknown), unknown)
      const before = await user.token(body.id)
      assert.strictEqual(before.body.expires_at, null)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      const first = sentRefreshToken()
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.notStrictEqual(sentRefreshToken(), first)
      const later = await user.token(body.id)
      assert.notStrictEqual(later.body.access_token, before.body.access_token)
      assert.deepInclude((await user.disconnect(body.id)).body, { status: "disconnected", revocation: "revoked" })
      assert.isUndefined(notion.tokens.find(later.body.access_token))
      assert.isEmpty(notion.tokens.live(({ grant, kind }) => kind === "refresh" && grant.account.id === account.id))
    })

    it("takes the new pair of a second authorization", async () => {
      const { account, user } = await personOf("e2e2")
      const first = (await user.connect({ provider }, as(account))).body
      const before = await user.token(first.id)
      const second = (await user.connect({ provider }, as(account))).body
      assert.strictEqual(second.id, first.id)
      assert.notStrictEqual((await user.token(first.id)).body.access_token, before.body.access_token)
      assert.strictEqual((await user.refresh(first.id)).status, 200)
    })

    it("goes on with a token that still works, when the answer to a refresh was lost", async () => {
      const { forgive, notion } = world()
      const { account, user } = await personOf("e2e3")
      const { body } = await user.connect({ provider }, as(account))
      const before = await user.token(body.id)
      notion.faults.next("token", Faults.lost())
      assert.strictEqual((await user.refresh(body.id)).status, 503)
      await forgive(body.id)
      await user.refresh(body.id)
      assert.isAbove(notion.count("introspect"), 0)
      const integration = await user.read(body.id)
      assert.deepStrictEqual([integration.status, integration.problem.code], ["active", "refresh_refused"])
      const still = await user.token(body.id)
      assert.deepStrictEqual([still.status, still.body.access_token], [200, before.body.access_token])
    })

    it("has no use for what it gives without a refresh token but the token itself", async () => {
      const { notion } = world()
      notion.hasRefreshTokens = false
      notion.ownerForm = "partial"
      const { account, user } = await personOf("e2e4")
      const { body } = await user.connect({ provider }, as(account))
      assert.deepStrictEqual(body.account, {
        id: `${account.workspace.id}:${account.id}`,
        name: account.workspace.name
      })
      assert.strictEqual((await user.token(body.id)).status, 200)
      assert.isFalse((await user.refresh(body.id)).body.refreshed)
    })

    for (const shape of ["rfc", "object"] as const) {
      it(`reads its errors in the shape ${shape}`, async () => {
        const { notion } = world()
        notion.errorShape = shape
        const { account, user } = await personOf(`e2e5${shape}`)
        const { body } = await user.connect({ provider }, as(account))
        notion.withdraw(account)
        const refused = await user.refresh(body.id)
        assert.deepStrictEqual([refused.status, refused.body.code], [409, "reauthorization_required"])
        assert.strictEqual((await user.read(body.id)).problem.code, "grant_revoked")
      })
    }

    it("waits where Notion says so, and not where it says that waiting is in vain", async () => {
      const { forgive, notion } = world()
      const { account, user } = await personOf("e2e6")
      const { body } = await user.connect({ provider }, as(account))
      notion.faults.next("token", Faults.refusing(rateLimited("9")))
      const limited = await user.refresh(body.id)
      assert.deepStrictEqual([limited.status, limited.headers.get("retry-after")], [503, "9"])
      await forgive(body.id)
      notion.faults.next("token", Faults.refusing(rateLimited("9", "public_api_request_blocked")))
      assert.strictEqual((await user.refresh(body.id)).status, 502)
      await forgive(body.id)
      await untilTriedAgain()
      notion.faults.next("token", Faults.broken(529))
      assert.strictEqual((await user.refresh(body.id)).status, 503)
    })

    it("fails the authorization when the user declines", async () => {
      const { account, user } = await personOf("e2e7")
      const back = await user.comeBack({ provider }, as(account, true))
      assert.deepInclude(back, { status: "failed", error: "access_denied" })
    })
  })
}
