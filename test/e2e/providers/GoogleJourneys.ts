import { assert, describe, it } from "vitest"
import * as Faults from "../../simulators/providers/Faults.ts"
import { ada, type GoogleAccount } from "../../simulators/providers/google/GoogleAccount.ts"
import { errors } from "../../simulators/providers/google/GoogleErrors.ts"
import { until, untilTriedAgain, userOf, type World } from "./World.ts"

const calendar = "https://www.googleapis.com/auth/calendar.readonly"
const tasks = "https://www.googleapis.com/auth/tasks"

export const googleJourneys = (world: () => World): void => {
  const as =
    (account: GoogleAccount, choice: { readonly grant?: ReadonlyArray<string>; readonly deny?: boolean } = {}) =>
    (url: string) =>
      world().google.consent(url, { account, ...choice })

  /** A user with a Google account of their own, since what is granted at Google is the account's. */
  const personOf = async (name: string) => ({
    user: await userOf(world(), name),
    account: { ...ada, sub: `1102-${name}`, email: `${name}@example.org` }
  })

  const sentRefreshToken = () => world().google.last("token").parameters.get("refresh_token")

  describe("Google", () => {
    it("does the main job, with scopes in its catalogue's names and the refresh token that stays", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-main")
      const { body, status } = await user.connect(
        { provider: "google", features: ["google.calendar.read"] },
        as(account)
      )
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.account, { id: account.sub, email: account.email, name: account.name })
      assert.sameMembers(body.scopes, ["openid", "email", "profile", calendar])
      assert.deepStrictEqual([body.missing_scopes, body.warnings], [[], []])
      const first = await user.token(body.id)
      assert.isDefined(google.tokens.find(first.body.access_token, "access"))
      assert.deepInclude((await user.refresh(body.id)).body, { refreshed: true, warnings: [] })
      const sent = sentRefreshToken()
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.strictEqual(sentRefreshToken(), sent)
      const later = await user.token(body.id)
      assert.notStrictEqual(later.body.access_token, first.body.access_token)
      const ended = await user.disconnect(body.id)
      assert.deepInclude(ended.body, { status: "disconnected", revocation: "revoked" })
      assert.isUndefined(google.tokens.find(sent))
      assert.isUndefined(google.tokens.find(later.body.access_token))
    })

    it("shows scopes that were left unticked, and does not hand out a token for them", async () => {
      const { account, user } = await personOf("google-unticked")
      const features = ["google.calendar.read", "google.tasks.write"]
      const { body } = await user.connect({ provider: "google", features }, as(account, { grant: [tasks] }))
      assert.deepStrictEqual(body.missing_scopes, [calendar])
      assert.include(body.scopes, tasks)
      const refused = await user.token(body.id, { scopes: [calendar] })
      assert.deepStrictEqual([refused.status, refused.body.code], [403, "scope_not_granted"])
      const added = await user.connect(
        { provider: "google", features: ["google.calendar.read"], integration_id: body.id },
        as(account)
      )
      assert.deepStrictEqual(added.body.missing_scopes, [])
      assert.strictEqual((await user.token(body.id, { scopes: [calendar, tasks] })).status, 200)
    })

    it("warns of an absent refresh token, and asks for consent to get one when the access token has ended", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-unrenewable")
      google.faults.next("token", Faults.saying({ refresh_token: undefined, expires_in: 1 }))
      const { body } = await user.connect({ provider: "google" }, as(account))
      assert.deepStrictEqual(
        body.warnings.map(({ code }: { readonly code: string }) => code),
        ["refresh_token_missing"]
      )
      await until(async () => (await user.token(body.id)).status === 409)
      assert.strictEqual((await user.read(body.id)).problem.code, "refresh_token_missing")
      const again = await user.connect({ provider: "google", integration_id: body.id }, as(account))
      assert.include(google.last("authorize").parameters.get("prompt"), "consent")
      assert.deepInclude(again.body, { id: body.id, status: "active", warnings: [] })
      assert.isTrue((await user.refresh(body.id)).body.refreshed)
    })

    it("refuses a grant that is wider than what was asked for, and notices one that has become narrower", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-other-scopes")
      const revocations = google.count("revoke")
      google.faults.next("token", Faults.saying({ scope: `openid email profile ${calendar} ${tasks}` }))
      const wider = await user.connect({ provider: "google", features: ["google.calendar.read"] }, as(account))
      assert.deepStrictEqual([wider.status, wider.body.code], [409, "scope_escalation"])
      assert.strictEqual(google.count("revoke"), revocations)
      const { body } = await user.connect({ provider: "google", features: ["google.calendar.read"] }, as(account))
      google.faults.next("token", Faults.saying({ scope: "openid email profile" }))
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      assert.deepStrictEqual((await user.read(body.id)).missing_scopes, [calendar])
    })

    it("needs no issuer in the redirect, but bears no other", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-issuer")
      google.redirectIssuer = undefined
      assert.strictEqual((await user.connect({ provider: "google" }, as(account))).status, 200)
      google.redirectIssuer = "https://accounts.example"
      const back = await user.comeBack({ provider: "google" }, as(account))
      assert.deepInclude(back, { status: "failed", error: "issuer_mismatch" })
    })

    it("fails the authorization when the user declines", async () => {
      const { account, user } = await personOf("google-declined")
      const back = await user.comeBack({ provider: "google" }, as(account, { deny: true }))
      assert.deepInclude(back, { status: "failed", error: "access_denied" })
    })

    it("tells what will pass from what the user or the operator must mend", async () => {
      const { forgive, google } = world()
      const { account, user } = await personOf("google-ailing")
      const { body } = await user.connect({ provider: "google" }, as(account))
      const outcomes: ReadonlyArray<readonly [Faults.Fault, number, string]> = [
        [Faults.tooMany("7"), 503, "provider_unavailable"],
        [Faults.broken(502), 503, "provider_unavailable"],
        [Faults.html, 503, "provider_unavailable"],
        [Faults.torn, 503, "provider_unavailable"],
        [Faults.huge, 503, "provider_unavailable"],
        [Faults.refusing(errors.internalFailure), 503, "provider_unavailable"],
        [Faults.refusing(errors.adminPolicyEnforced), 409, "admin_action_required"],
        [Faults.refusing(errors.deletedClient), 502, "provider_misconfigured"],
        [Faults.refusing(errors.unauthorized), 502, "provider_misconfigured"]
      ]
      for (const [fault, status, code] of outcomes) {
        google.faults.next("token", fault)
        const refused = await user.refresh(body.id)
        assert.deepStrictEqual([refused.status, refused.body.code], [status, code])
        if (fault === outcomes[0]?.[0]) assert.strictEqual(refused.headers.get("retry-after"), "7")
        await forgive(body.id)
        if (status === 502) await untilTriedAgain()
      }
      assert.strictEqual((await user.refresh(body.id)).status, 200)
      google.withdraw(account)
      const revoked = await user.refresh(body.id)
      assert.deepStrictEqual([revoked.status, revoked.body.code], [409, "reauthorization_required"])
      assert.deepInclude(await user.read(body.id), { status: "reauthorization_required" })
    })

    it("believes no ID token of another issuer, of another time, or signed by nobody it knows", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-impostor")
      const fails = async () => (await user.connect({ provider: "google" }, as(account))).body.error
      google.idTokens.claims = { iss: "https://accounts.example" }
      assert.strictEqual(await fails(), "identity_rejected")
      google.idTokens.claims = {}
      google.idTokens.skew = -7200
      assert.strictEqual(await fails(), "identity_rejected")
      google.idTokens.skew = 0
      await google.idTokens.changeKey()
      assert.isUndefined(await fails())
      await google.idTokens.changeKey({ published: false })
      assert.strictEqual(await fails(), "identity_rejected")
    })

    it("disconnects what shares its grant with YouTube only when told so, and then both are over", async () => {
      const { google } = world()
      const { account, user } = await personOf("google-shared")
      const calendarOf = (await user.connect({ provider: "google" }, as(account))).body
      const channelOf = (await user.connect({ provider: "youtube" }, as(account))).body
      const revocations = google.count("revoke")
      const refused = await user.disconnect(calendarOf.id)
      assert.deepStrictEqual([refused.status, refused.body.code], [409, "shared_grant"])
      assert.deepStrictEqual(refused.body.integrations, [channelOf.id])
      assert.strictEqual(google.count("revoke"), revocations)
      assert.strictEqual((await user.refresh(channelOf.id)).status, 200)
      const ended = await user.disconnect(calendarOf.id, "?confirm=shared")
      assert.deepInclude(ended.body, { status: "disconnected", revocation: "revoked" })
      const sibling = await user.read(channelOf.id)
      assert.deepInclude(sibling, { status: "reauthorization_required" })
      assert.strictEqual(sibling.problem.code, "shared_grant_revoked")
    })
  })
}
