import pg from "pg"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "../E2eDatabase.ts"
import { type RunningService, sandboxBrowser, start, temporaryFolder } from "../RunningService.ts"
import { openProfile, type Profile } from "./Chromium.ts"
import * as Frontend from "./Frontend.ts"

/** A frontend, and the service behind it on a database of its own. */
interface Product {
  readonly frontend: Frontend.Frontend
  readonly service: RunningService
  readonly database: E2eDatabase
  readonly stop: () => Promise<void>
}

const productOf = async (env: Record<string, string>, entry?: string): Promise<Product> => {
  const [frontend, folder, database] = await Promise.all([Frontend.start(), temporaryFolder(), databaseFor()])
  const settings = { DATABASE_URL: database.url, PUBLIC_URL: frontend.origin, RETURN_URLS: `${frontend.origin}/app` }
  const service = await start(folder.path, { ...settings, ...env }, entry === undefined ? {} : { entry })
  frontend.serve(service.baseUrl)
  const stop = async () => {
    await service.stop()
    frontend.close()
    await Promise.all([folder.remove(), database.drop()])
  }
  return { frontend, service, database, stop }
}

let attackers: Profile
let victims: Profile
let product: Product
let unchecked: Product

beforeAll(async () => {
  const all = [
    openProfile(),
    openProfile(),
    productOf({}),
    productOf({ BINDING_COOKIE: "true" }, "test/e2e/browser/UncheckedServer.ts")
  ] as const
  ;[attackers, victims, product, unchecked] = await Promise.all(all)
}, 120_000)

afterAll(async () => {
  await Promise.all([attackers?.close(), victims?.close(), product?.stop(), unchecked?.stop()])
})

/** Each test has people of its own. */
let people = 0
const somebody = (name: string): string => `${name}.${++people}`

/** Signs `user` in at the frontend. */
const signIn = async ({ tab }: Profile, { frontend, service }: Product, user: string): Promise<void> => {
  await tab.goto(`${frontend.origin}/app`)
  await tab.evaluate((token) => localStorage.setItem("token", token), await service.token(user, "user"))
}

const beginIn = async (profile: Profile, product: Product, user: string): Promise<string> => {
  await signIn(profile, product, user)
  return await profile.tab.evaluate("begin()")
}

/** What the frontend came to, after the browser was sent back. */
const outcomeIn = async ({ tab }: Profile): Promise<string> => {
  await tab.waitForFunction("document.title !== ''")
  return await tab.title()
}

const beginAlone = async ({ frontend, service }: Product, user: string): Promise<string> => {
  const begun = await service.api("POST", "/v1/users/me/authorizations", {
    bearer: await service.token(user, "user"),
    body: { provider: "sandbox", return_to: `${frontend.origin}/app` }
  })
  return begun.body.authorization_url
}

/** Opens the link where `user` is signed in, consents with the account of that name, and tells what the frontend came to. */
const follow = async (profile: Profile, product: Product, user: string, link: string): Promise<string> => {
  const { tab } = profile
  await signIn(profile, product, user)
  await tab.goto(link)
  await tab.fill("#account", user)
  await tab.click('button[value="allow"]')
  await tab.waitForURL(`${product.frontend.origin}/app?**`)
  return await outcomeIn(profile)
}

const accountsOf = async ({ service }: Product, user: string): Promise<ReadonlyArray<string>> => {
  const { body } = await service.api("GET", "/v1/users/me/integrations", { bearer: await service.token(user, "user") })
  return body.data.map(({ account }: { readonly account: { readonly id: string } }) => account.id)
}

const bindingsIn = async ({ browser }: Profile): Promise<number> =>
  (await browser.cookies()).filter(({ name }) => name.startsWith("__Host-authorization-")).length

/** How often the trail has this event, since the database began. */
const recorded = async ({ database }: Product, action: string, reason: string): Promise<number> => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rowCount } = await client.query(
    "SELECT FROM oauth_manager.audit_events WHERE action = $1 AND reason = $2 AND outcome = 'failure'",
    [action, reason]
  )
  await client.end()
  return rowCount ?? 0
}

describe("an attacker begins, and the victim's browser opens the link and consents", () => {
  const refusals = () => recorded(product, "authorization.completion_refused", "wrong_user")

  it("row 3, row 4: the account lands with neither, whose browser consented to the attacker's link", async () => {
    const [attacker, victim, before] = [somebody("mallory"), somebody("victim"), await refusals()]
    const link = await beginIn(attackers, product, attacker)
    assert.strictEqual(await follow(victims, product, victim, link), "not_found")
    assert.deepStrictEqual(await accountsOf(product, attacker), [])
    assert.deepStrictEqual(await accountsOf(product, victim), [])
    assert.strictEqual(await refusals(), before + 1)
  })

  it("row 4: nor does it from a link that begins on the attacker's behalf in the victim's browser", async () => {
    const [attacker, victim, before] = [somebody("mallory"), somebody("victim"), await refusals()]
    const link = product.frontend.connectLink(() => beginAlone(product, attacker))
    assert.strictEqual(await follow(victims, product, victim, link), "not_found")
    assert.deepStrictEqual(await accountsOf(product, attacker), [])
    assert.strictEqual(await refusals(), before + 1)
  })

  it("row 3: nor does the attacker's account with the victim, by the attacker's way back", async () => {
    const [attacker, victim, before] = [somebody("mallory"), somebody("victim"), await refusals()]
    const callback = await sandboxBrowser(attacker)(await beginAlone(product, attacker))
    await signIn(victims, product, victim)
    await victims.tab.goto(callback.href)
    assert.strictEqual(await outcomeIn(victims), "not_found")
    assert.deepStrictEqual(await accountsOf(product, victim), [])
    assert.deepStrictEqual(await accountsOf(product, attacker), [])
    assert.strictEqual(await refusals(), before + 1)
  })

  it("row 4: the one who began connects their own", async () => {
    const user = somebody("ada")
    const link = await beginIn(attackers, product, user)
    assert.strictEqual(await follow(attackers, product, user, link), "active")
    assert.deepStrictEqual(await accountsOf(product, user), [user])
  })
})

describe("where nobody checks who completes, which is the control of these tests", () => {
  it("row 4: the victim's account lands with the attacker", async () => {
    const [attacker, victim] = [somebody("mallory"), somebody("victim")]
    const link = await beginAlone(unchecked, attacker)
    assert.strictEqual(await follow(victims, unchecked, victim, link), "active")
    assert.deepStrictEqual(await accountsOf(unchecked, attacker), [victim])
  })

  it("row 3: the binding cookie alone stops a link that was sent on", async () => {
    const [attacker, victim] = [somebody("mallory"), somebody("victim")]
    const link = await beginIn(attackers, unchecked, attacker)
    assert.strictEqual(await follow(victims, unchecked, victim, link), "wrong_browser")
    assert.deepStrictEqual(await accountsOf(unchecked, attacker), [])
    assert.strictEqual(await recorded(unchecked, "authorization.failed", "wrong_browser"), 1)
  })

  it("row 3: the binding cookie lets the browser that began come back", async () => {
    const user = somebody("ada")
    const before = await bindingsIn(attackers)
    const link = await beginIn(attackers, unchecked, user)
    assert.strictEqual(await bindingsIn(attackers), before + 1)
    assert.strictEqual(await follow(attackers, unchecked, user, link), "active")
    assert.deepStrictEqual(await accountsOf(unchecked, user), [user])
    assert.strictEqual(await bindingsIn(attackers), before, "the cookie is taken back")
  })

  it("row 4: the cookie alone does not stop a link that begins in the victim's own browser", async () => {
    const [attacker, victim] = [somebody("mallory"), somebody("victim")]
    const link = unchecked.frontend.connectLink(() => beginAlone(unchecked, attacker))
    assert.strictEqual(await follow(victims, unchecked, victim, link), "active")
    assert.deepStrictEqual(await accountsOf(unchecked, attacker), [victim])
  })
})
