import { assert, describe, it } from "vitest"
import { ada, type GoogleAccount } from "../../simulators/providers/google/GoogleAccount.ts"
import { userOf, type World } from "./World.ts"

export const youtubeJourneys = (world: () => World): void => {
  const as = (account: GoogleAccount, channel?: string) => (url: string) =>
    world().google.consent(url, { account, ...(channel === undefined ? {} : { channel }) })

  const personOf = async (name: string, ...channels: ReadonlyArray<string>) => ({
    user: await userOf(world(), name),
    account: { ...ada, sub: `1102-${name}`, channels: channels.map((id) => ({ id, title: `Channel ${id}` })) }
  })

  const provider = "youtube"

  describe("YouTube", () => {
    it("does the main job, for the channel and not for the person", async () => {
      const { google } = world()
      const { account, user } = await personOf("youtube-main", "UCmain")
      const { body, status } = await user.connect({ provider, features: ["youtube.videos.upload"] }, as(account))
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.account, { id: "UCmain", name: "Channel UCmain" })
      const first = await user.token(body.id)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      const later = await user.token(body.id)
      assert.notStrictEqual(later.body.access_token, first.body.access_token)
      assert.strictEqual(google.tokens.find(later.body.access_token)?.grant.channel?.id, "UCmain")
      assert.deepInclude((await user.disconnect(body.id)).body, { status: "disconnected", revocation: "revoked" })
      assert.isUndefined(google.tokens.find(later.body.access_token))
    })

    it("connects each channel of one Google account, which share the grant", async () => {
      const { account, user } = await personOf("youtube-brands", "UCown", "UCbrand")
      const own = (await user.connect({ provider }, as(account, "UCown"))).body
      const brand = (await user.connect({ provider }, as(account, "UCbrand"))).body
      assert.deepStrictEqual([own.account.id, brand.account.id], ["UCown", "UCbrand"])
      assert.notStrictEqual(own.id, brand.id)
      const refused = await user.disconnect(own.id)
      assert.deepStrictEqual([refused.status, refused.body.integrations], [409, [brand.id]])
    })

    for (const form of ["no_items", "empty_items", "signup_required"] as const) {
      it(`asks for a channel to be made where there is none (${form}), and revokes nothing`, async () => {
        const { google } = world()
        google.withoutChannel = form
        const { account, user } = await personOf(`youtube-${form.replace("_", "-")}`)
        const revocations = google.count("revoke")
        const { body, status } = await user.connect({ provider }, as(account))
        assert.deepStrictEqual([status, body.code, body.error], [409, "authorization_failed", "account_setup_required"])
        assert.strictEqual(google.count("revoke"), revocations)
      })
    }

    it("asks a person who has a channel by now as if nothing had happened", async () => {
      const { account, user } = await personOf("youtube-late")
      assert.strictEqual((await user.connect({ provider }, as(account))).status, 409)
      const { body } = await user.connect({ provider }, as({ ...account, channels: [{ id: "UClate", title: "Late" }] }))
      assert.deepInclude(body, { status: "active", account: { id: "UClate", name: "Late" } })
    })
  })
}
