import { assert, describe, it } from "vitest"
import * as Faults from "../../simulators/providers/Faults.ts"
import {
  ada,
  alan,
  contoso,
  grace,
  type MicrosoftAccount
} from "../../simulators/providers/microsoft/MicrosoftAccount.ts"
import { aadsts, policyClaims } from "../../simulators/providers/microsoft/MicrosoftErrors.ts"
import { untilTriedAgain, userOf, type World } from "./World.ts"

export const microsoftJourneys = (world: () => World): void => {
  const as = (account: MicrosoftAccount) => (url: string) => world().microsoft.consent(url, { account })

  const personOf = async (name: string) => ({
    user: await userOf(world(), name),
    account: { ...ada, oid: `690222be-ff1a-4d56-abd1-${name.padEnd(12, "0").slice(0, 12)}` }
  })

  const provider = "microsoft"
  const sent = (name: string) => world().microsoft.last("token").parameters.get(name)

  describe("Microsoft", () => {
    it("does the main job, by tenant and object, with each refresh token followed by the next", async () => {
      const { microsoft } = world()
      const { account, user } = await personOf("e2e1")
      const { body, status } = await user.connect({ provider, features: ["microsoft.mail.send"] }, as(account))
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.account, {
        id: `${account.tid}:${account.oid}`,
        email: account.email,
        name: account.name
      })
      assert.include(sent("scope"), "offline_access")
      const before = await user.token(body.id)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      const first = sent("refresh_token")
      assert.include(sent("scope"), "offline_access")
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.notStrictEqual(sent("refresh_token"), first)
      assert.isDefined(microsoft.tokens.find(first), "Microsoft leaves it alive")
      assert.notStrictEqual((await user.token(body.id)).body.access_token, before.body.access_token)
    })

    it("cannot revoke, and says where the user withdraws", async () => {
      const { account, user } = await personOf("e2e2")
      const { body } = await user.connect({ provider }, as(account))
      const { body: ended } = await user.disconnect(body.id)
      assert.deepInclude(ended, { status: "disconnected", revocation: "unsupported" })
      const links: ReadonlyArray<{ readonly url: string }> = ended.manage_access
      assert.deepStrictEqual(
        links.map(({ url }) => url),
        ["https://myapps.microsoft.com", "https://account.live.com/consent/Manage"]
      )
    })

    it("keeps its catalogue's names, however Microsoft spells scopes and whatever it adds", async () => {
      const { microsoft } = world()
      const { account, user } = await personOf("e2e3")
      const { body } = await user.connect({ provider, features: ["microsoft.files.read"] }, as(account))
      const mine: ReadonlyArray<string> = body.scopes
      assert.includeMembers([...mine], ["Files.Read", "User.Read"])
      microsoft.consents.add(account, ["Notes.Read"])
      for (const form of ["prefixed", "lower_case"] as const) {
        microsoft.scopeForm = form
        assert.strictEqual((await user.refresh(body.id)).status, 200)
        assert.sameMembers((await user.read(body.id)).scopes, [...mine])
      }
      assert.strictEqual((await user.token(body.id, { scopes: ["Notes.Read"] })).status, 403)
    })

    for (const error of ["access_denied", "consent_required"] as const) {
      it(`shows where an administrator consents, when Microsoft sends the user back with ${error}`, async () => {
        const { microsoft } = world()
        microsoft.adminConsentError = error
        const { account, user } = await personOf("e2e4")
        const asked = { provider, features: ["microsoft.mail.read"] }
        const back = await user.comeBack(asked, as(account))
        assert.deepInclude(back, { status: "failed", error: "admin_consent_required" })
        const url = new URL(back.admin_consent_url)
        assert.strictEqual(url.searchParams.get("client_id"), microsoft.clients["microsoft"]?.id)
        assert.include(url.searchParams.get("scope"), "Mail.Read")
        assert.include(url.pathname, "adminconsent")
      })
    }

    it("connects once an administrator has consented", async () => {
      const { microsoft } = world()
      microsoft.consents.addForTenant(contoso, ["Mail.Read"])
      const { account, user } = await personOf("e2e5")
      const { body } = await user.connect({ provider, features: ["microsoft.mail.read"] }, as(account))
      assert.include(body.scopes, "Mail.Read")
    })

    it("connects personal accounts, whose administrator is nobody", async () => {
      const user = await userOf(world(), "e2e6")
      const { body } = await user.connect({ provider, features: ["microsoft.calendar.read"] }, as(alan))
      assert.strictEqual(body.account.id, `${alan.tid}:${alan.oid}`)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
    })

    it("refuses accounts of tenants that the deployment does not allow, and ID tokens of another tenant or time", async () => {
      const { microsoft } = world()
      const { account, user } = await personOf("e2e7")
      assert.strictEqual((await user.connect({ provider }, as(grace))).body.error, "identity_rejected")
      microsoft.idTokens.claims = { oid: undefined }
      assert.strictEqual((await user.connect({ provider }, as(grace))).body.error, "identity_rejected")
      microsoft.idTokens.claims = { tid: alan.tid }
      assert.strictEqual((await user.connect({ provider }, as(account))).body.error, "identity_rejected")
      microsoft.idTokens.claims = {}
      microsoft.idTokens.skew = 3600
      assert.strictEqual((await user.connect({ provider }, as(account))).body.error, "identity_rejected")
      microsoft.idTokens.skew = 0
      assert.strictEqual((await user.connect({ provider }, as(account))).status, 200)
    })

    it("passes on the claims that a policy demands", async () => {
      const { microsoft } = world()
      const { account, user } = await personOf("e2e8")
      const { body } = await user.connect({ provider }, as(account))
      microsoft.consents.demand(account, policyClaims())
      const refused = await user.refresh(body.id)
      assert.deepStrictEqual([refused.status, refused.body.code], [409, "reauthorization_required"])
      const again = await user.connect({ provider, integration_id: body.id }, as(account))
      assert.strictEqual(microsoft.last("authorize").parameters.get("claims"), policyClaims())
      assert.deepInclude(again.body, { id: body.id, status: "active" })
      assert.strictEqual((await user.refresh(body.id)).status, 200)
    })

    it("tells what will pass from what the user, an administrator or the operator must mend", async () => {
      const { forgive, microsoft } = world()
      const { account, user } = await personOf("e2e9")
      const { body } = await user.connect({ provider }, as(account))
      const outcomes: ReadonlyArray<readonly [number, number, string]> = [
        [90033, 503, "provider_unavailable"],
        [53003, 409, "admin_action_required"],
        [7000222, 502, "provider_misconfigured"],
        [700016, 502, "provider_misconfigured"],
        [50173, 409, "reauthorization_required"]
      ]
      for (const [number, status, code] of outcomes) {
        microsoft.faults.next("token", Faults.refusing(aadsts(number)))
        // A refusal is confirmed
        if (number === 50173) microsoft.faults.next("token", Faults.refusing(aadsts(number)))
        const refused = await user.refresh(body.id)
        assert.deepStrictEqual([number, refused.status, refused.body.code], [number, status, code])
        await forgive(body.id)
        if (status === 502) await untilTriedAgain()
      }
      assert.deepInclude(await user.read(body.id), { status: "reauthorization_required" })
    })
  })
}
