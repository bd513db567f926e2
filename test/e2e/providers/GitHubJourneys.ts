import { assert, describe, it } from "vitest"
import * as Faults from "../../simulators/providers/Faults.ts"
import { type GitHubAccount, octocat } from "../../simulators/providers/github/GitHubAccount.ts"
import { errors } from "../../simulators/providers/github/GitHubErrors.ts"
import { userOf, type World } from "./World.ts"

export const githubJourneys = (world: () => World): void => {
  const as =
    (account: GitHubAccount, choice: { readonly grant?: ReadonlyArray<string> } = {}) =>
    (url: string) =>
      world().github.consent(url, { account, ...choice })

  const provider = "github"

  describe("GitHub", () => {
    it("does the main job with a token that has no end, and ends the whole grant", async () => {
      const { github } = world()
      const user = await userOf(world(), "github-main")
      const features = ["github.repositories.write", "github.gists.write"]
      const { body, status } = await user.connect({ provider, features }, as(octocat))
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.account, { id: "583231", name: "octocat" })
      assert.sameMembers(body.scopes, ["read:user", "repo", "gist"])
      const { body: held } = await user.token(body.id)
      assert.deepInclude(held, { token_type: "Bearer", expires_at: null })
      assert.isDefined(github.tokens.find(held.access_token))
      assert.isFalse((await user.refresh(body.id)).body.refreshed)
      assert.deepInclude((await user.disconnect(body.id)).body, { status: "disconnected", revocation: "revoked" })
      assert.isUndefined(github.tokens.find(held.access_token))
    })

    it("shows scopes that were taken away", async () => {
      const user = await userOf(world(), "github-narrowed")
      const narrowed = as({ ...octocat, id: 2 }, { grant: ["read:user"] })
      const { body } = await user.connect({ provider, features: ["github.gists.write"] }, narrowed)
      assert.deepStrictEqual(body.missing_scopes, ["gist"])
    })

    it("takes errors for errors, though they come with status 200", async () => {
      const { github } = world()
      const user = await userOf(world(), "github-refused")
      github.faults.next("token", Faults.refusing(errors.badVerificationCode))
      const refused = await user.connect({ provider }, as(octocat))
      assert.deepStrictEqual([refused.body.code, refused.body.error], ["authorization_failed", "exchange_refused"])
      github.faults.next("token", Faults.refusing(errors.incorrectClientCredentials))
      assert.strictEqual((await user.connect({ provider }, as(octocat))).body.code, "provider_misconfigured")
    })
  })
}
