import { assert, describe, it } from "vitest"
import { ada } from "../../simulators/providers/google/GoogleAccount.ts"
import { alan } from "../../simulators/providers/microsoft/MicrosoftAccount.ts"
import type { Answer, Browser } from "../RunningService.ts"
import { userOf, type World } from "./World.ts"

const identity = ["openid", "email", "profile"]
const readCalendar = "https://www.googleapis.com/auth/calendar.readonly"
const writeCalendar = "https://www.googleapis.com/auth/calendar.events"
const readMail = "https://www.googleapis.com/auth/gmail.readonly"
const tasks = "https://www.googleapis.com/auth/tasks"

/** A frontend that activates features for a user, over HTTP alone. */
const frontendOf = async (world: World, name: string) => {
  const user = await userOf(world, name)
  const { service } = world
  const own = "/v1/users/me"
  const api = (method: string, path: string, body?: unknown) =>
    service.api(method, own + path, { bearer: user.bearer, ...(body === undefined ? {} : { body }) })
  const follow = async ({ body }: Answer, browser: Browser) => {
    const returned = await fetch(await browser(body.authorization_url), { redirect: "manual" })
    const back = new URL(returned.headers.get("location") ?? "about:blank")
    return api("POST", `/authorizations/${body.id}/complete`, {
      completion_token: back.searchParams.get("completion_token")
    })
  }
  return {
    user,
    activate: (feature: string, body: Record<string, unknown> = {}) =>
      api("POST", `/features/${feature}/activate`, { return_to: service.baseUrl, ...body }),
    begin: (body: Record<string, unknown>) => api("POST", "/authorizations", { return_to: service.baseUrl, ...body }),
    deactivate: (feature: string) => api("POST", `/features/${feature}/deactivate`),
    follow,
    feature: async (id: string) =>
      (await api("GET", "/features?limit=100")).body.data.find((feature: { readonly id: string }) => feature.id === id),
    consents: async () => (await api("GET", "/consents?limit=100")).body.data
  }
}

type Frontend = Awaited<ReturnType<typeof frontendOf>>

const states = (frontend: Frontend, ...ids: ReadonlyArray<string>) =>
  Promise.all(ids.map(async (id) => (await frontend.feature(id)).state))

export const featureJourneys = (world: () => World): void => {
  const personOf = async (name: string) => ({
    frontend: await frontendOf(world(), name),
    google: { ...ada, sub: `1107-${name}`, email: `${name}@example.org` }
  })

  const screen = () => {
    const { parameters } = world().google.last("authorize")
    return { scopes: parameters.get("scope")?.split(" ") ?? [], hint: parameters.get("login_hint") }
  }

  describe("Features of Google", () => {
    it("are three after two consent screens, each of which asks for what is missing, though a box was left unticked", async () => {
      const { frontend, google } = await personOf("features-google")
      const three = ["google.calendar.read", "google.mail.read", "google.tasks.write"]
      assert.deepStrictEqual(
        await states(frontend, ...three),
        three.map(() => "needs_connection")
      )

      const first = await frontend.begin({ provider: "google", features: three.slice(0, 2) })
      const connected = await frontend.follow(first, (url) =>
        world().google.consent(url, { account: google, grant: [readCalendar] })
      )
      assert.strictEqual(connected.status, 200)
      assert.sameMembers(screen().scopes, [...identity, readCalendar, readMail])
      assert.deepStrictEqual(await states(frontend, ...three), ["active", "needs_scopes", "needs_scopes"])
      assert.deepStrictEqual((await frontend.feature(three[1] ?? "")).missing_scopes, [readMail])

      const second = await frontend.begin({
        provider: "google",
        features: three.slice(1),
        integration_id: connected.body.id
      })
      const upgraded = await frontend.follow(second, (url) => world().google.consent(url, { account: google }))
      assert.deepStrictEqual([upgraded.status, upgraded.body.id], [200, connected.body.id])
      assert.sameMembers(screen().scopes, [...identity, readMail, tasks])
      assert.strictEqual(screen().hint, google.email)
      assert.deepStrictEqual(await states(frontend, ...three), ["active", "active", "active"])

      const token = await frontend.user.token(connected.body.id, { scopes: [readCalendar, readMail, tasks] })
      assert.strictEqual(token.status, 200)
      const denied = (await frontend.consents()).filter((consent: { denied: Array<string> }) => consent.denied.length)
      assert.deepStrictEqual(
        denied.map((consent: { feature: string; denied: Array<string> }) => [consent.feature, consent.denied]),
        [["google.mail.read", [readMail]]]
      )
    })

    it("leave another account's connection as it was, when the user comes back with that one", async () => {
      const { frontend, google } = await personOf("features-other")
      const first = await frontend.activate("google.calendar.read")
      const connected = await frontend.follow(first, (url) => world().google.consent(url, { account: google }))
      const second = await frontend.activate("google.tasks.write")
      const other = await frontend.follow(second, (url) =>
        world().google.consent(url, { account: { ...google, sub: `${google.sub}-other`, email: "other@example.org" } })
      )
      assert.deepStrictEqual([other.status, other.body.code], [409, "account_mismatch"])
      assert.deepStrictEqual(await states(frontend, "google.calendar.read", "google.tasks.write"), [
        "active",
        "needs_scopes"
      ])
      assert.strictEqual((await frontend.user.token(connected.body.id)).status, 200)
    })
  })

  describe("A product's features over Google and Microsoft", () => {
    it("let the user choose, take the account that is chosen, and build on each other", async () => {
      const { frontend, google } = await personOf("features-product")
      const microsoft = { ...alan, oid: "00000000-0000-0000-66f3-feed00000001" }
      assert.deepStrictEqual(await states(frontend, "calendar", "planning"), ["needs_connection", "needs_connection"])
      const open = await frontend.activate("calendar")
      assert.deepStrictEqual([open.status, open.body.code], [409, "provider_choice_required"])
      assert.sameMembers(open.body.providers, ["google", "microsoft"])

      const chosen = await frontend.activate("calendar", { provider: "microsoft" })
      assert.strictEqual(chosen.status, 201)
      const connected = await frontend.follow(chosen, (url) => world().microsoft.consent(url, { account: microsoft }))
      assert.strictEqual(connected.status, 200)
      assert.deepStrictEqual(await states(frontend, "calendar", "planning"), ["active", "needs_scopes"])
      assert.strictEqual((await frontend.feature("calendar")).integration_id, connected.body.id)

      const further = await frontend.activate("planning", { provider: "microsoft" })
      assert.strictEqual(further.status, 201)
      await frontend.follow(further, (url) => world().microsoft.consent(url, { account: microsoft }))
      assert.deepStrictEqual(await states(frontend, "calendar", "planning"), ["active", "active"])

      const other = await frontend.activate("calendar", { provider: "google" })
      const atGoogle = await frontend.follow(other, (url) => world().google.consent(url, { account: google }))
      assert.sameMembers(screen().scopes, [...identity, readCalendar])
      assert.notInclude(screen().scopes, writeCalendar)
      assert.deepInclude(await frontend.feature("calendar"), { state: "active", integration_id: atGoogle.body.id })

      assert.strictEqual((await frontend.deactivate("calendar")).status, 200)
      assert.deepStrictEqual(await states(frontend, "calendar", "planning"), ["inactive", "inactive"])
    })
  })
}
