import { assert, describe } from "@effect/vitest"
import { type Notion, start } from "./notion/Notion.ts"
import { ada } from "./notion/NotionAccount.ts"
import { get, productOf, withDouble } from "./Product.ts"
import { PageShown } from "./ProviderDouble.ts"

const test = withDouble(start)
const version = { "notion-version": "2026-03-11" }

const productAt = (notion: Notion) => {
  const product = productOf(notion, "notion")
  const send = (
    endpoint: "TOKEN" | "REVOCATION" | "INTROSPECTION",
    body: Record<string, unknown>,
    headers: Record<string, string> = { ...product.basic, ...version, "content-type": "application/json" }
  ) => product.send(product.setting(`${endpoint}_ENDPOINT`), JSON.stringify(body), headers)
  const refresh = (refresh_token: string) => send("TOKEN", { grant_type: "refresh_token", refresh_token })
  return { product, send, refresh }
}

const connect = async (notion: Notion, parameters: Record<string, string> = {}) => {
  const { product, refresh, send } = productAt(notion)
  const callback = await notion.consent(product.authorizationUrl({ owner: "user", ...parameters }), { account: ada })
  const form = {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code"),
    redirect_uri: product.redirectUri
  }
  return { product, send, refresh, callback, form, answer: await send("TOKEN", form) }
}

describe("Notion's double", () => {
  test("answers a code with a pair and whose it is, and neither a lifetime nor scopes", async (notion) => {
    const { answer, callback } = await connect(notion)
    assert.deepStrictEqual([...callback.searchParams.keys()].toSorted(), ["code", "state"])
    assert.strictEqual(answer.status, 200)
    assert.sameMembers(Object.keys(answer.body), [
      "access_token",
      "token_type",
      "refresh_token",
      "bot_id",
      "workspace_icon",
      "workspace_name",
      "workspace_id",
      "owner",
      "duplicated_template_id",
      "request_id"
    ])
    assert.match(answer.body.access_token, /^ntn_/)
    assert.deepInclude(answer.body, { token_type: "bearer", workspace_id: ada.workspace.id })
    assert.strictEqual(answer.body.owner.user.id, ada.id)
    assert.strictEqual(answer.body.owner.user.person.email, ada.email)
  })

  test("keeps what it ignores", async (notion) => {
    await connect(notion, { scope: "read", code_challenge: "x", code_challenge_method: "S256" })
    assert.strictEqual(notion.last("authorize").parameters.get("code_challenge"), "x")
    assert.strictEqual(notion.count("token"), 1)
  })

  test("takes Basic, JSON and a version, and nothing else", async (notion) => {
    const { form, product, send } = await connect(notion)
    const json = { "content-type": "application/json" }
    const credentials = { client_id: product.setting("CLIENT_ID"), client_secret: product.setting("CLIENT_SECRET") }
    const inBody = await send("TOKEN", { ...form, ...credentials }, { ...json, ...version })
    assert.deepStrictEqual([inBody.status, inBody.body.error], [401, "invalid_client"])
    const unversioned = await send("TOKEN", form, { ...json, ...product.basic })
    assert.deepStrictEqual([unversioned.status, unversioned.body.error], [400, "invalid_request"])
    const endpoint = product.setting("TOKEN_ENDPOINT")
    const byForm = await product.send(endpoint, new URLSearchParams({ grant_type: "x" }), {
      ...product.basic,
      ...version
    })
    assert.deepStrictEqual([byForm.status, byForm.body.error], [400, "invalid_request"])
    assert.strictEqual((await send("TOKEN", { grant_type: "password" })).body.error, "unsupported_grant_type")
  })

  test("shows a page where the request is wrong, and redirects a refusal", async (notion) => {
    const { product } = productAt(notion)
    const wrong = [{}, { owner: "user", client_id: "x" }, { owner: "user", redirect_uri: "http://localhost:8002/" }]
    for (const parameters of wrong) {
      const shown = await notion.consent(product.authorizationUrl(parameters), { account: ada }).catch((page) => page)
      assert.instanceOf(shown, PageShown)
    }
    const url = product.authorizationUrl({ owner: "user" })
    const denied = await notion.consent(url, { account: ada, deny: true })
    assert.strictEqual(denied.searchParams.get("error"), "access_denied")
  })

  test("wants the redirect URI again exactly where it was sent at first", async (notion) => {
    const { product, send } = productAt(notion)
    const redeem = async (sent: boolean, again: boolean) => {
      const redirect_uri = sent ? product.redirectUri : undefined
      const url = product.authorizationUrl({ owner: "user", redirect_uri })
      const callback = await notion.consent(url, { account: ada })
      const form = { grant_type: "authorization_code", code: callback.searchParams.get("code") }
      return (await send("TOKEN", again ? { ...form, redirect_uri: product.redirectUri } : form)).status
    }
    assert.deepStrictEqual([await redeem(true, true), await redeem(false, false)], [200, 200])
    assert.deepStrictEqual([await redeem(true, false), await redeem(false, true)], [400, 400])
  })

  test("gives a new pair with each refresh, and the old refresh token is dead", async (notion) => {
    const { answer, refresh } = await connect(notion)
    const first = await refresh(answer.body.refresh_token)
    assert.strictEqual(first.status, 200)
    assert.notStrictEqual(first.body.refresh_token, answer.body.refresh_token)
    const reused = await refresh(answer.body.refresh_token)
    assert.deepStrictEqual([reused.status, reused.body.error], [400, "invalid_grant"])
    assert.strictEqual((await refresh(first.body.refresh_token)).status, 200)
  })

  test("may let the old refresh token live, for a while or for good, or end everything when it comes again", async (notion) => {
    const reuse = async () => {
      const { answer, refresh } = await connect(notion)
      const { body } = await refresh(answer.body.refresh_token)
      return { old: () => refresh(answer.body.refresh_token), next: () => refresh(body.refresh_token) }
    }
    notion.tokens.rotation = "overlap"
    assert.strictEqual((await (await reuse()).old()).status, 200)
    notion.tokens.rotation = { grace: 10 }
    const { old } = await reuse()
    assert.strictEqual((await old()).status, 200)
    notion.clock.advance(10)
    assert.strictEqual((await old()).status, 400)
    notion.tokens.rotation = "strict"
    notion.tokens.detectsReuse = true
    const stolen = await reuse()
    assert.strictEqual((await stolen.old()).status, 400)
    assert.strictEqual((await stolen.next()).status, 400)
  })

  test("mints a pair for every authorization of the same bot, unless the connection is old", async (notion) => {
    const [first, second] = [await connect(notion), await connect(notion)]
    assert.notStrictEqual(first.answer.body.access_token, second.answer.body.access_token)
    assert.strictEqual(first.answer.body.bot_id, second.answer.body.bot_id)
    notion.returnsActivePair = true
    const third = await connect(notion)
    assert.strictEqual(third.answer.body.access_token, second.answer.body.access_token)
    assert.strictEqual(third.answer.body.refresh_token, second.answer.body.refresh_token)
  })

  test("may give no refresh token, and less of the owner", async (notion) => {
    notion.hasRefreshTokens = false
    notion.ownerForm = "partial"
    const { answer } = await connect(notion)
    assert.isNull(answer.body.refresh_token)
    assert.deepStrictEqual(answer.body.owner, { type: "user", user: { object: "user", id: ada.id } })
    notion.ownerForm = "workspace"
    assert.deepStrictEqual((await connect(notion)).answer.body.owner, { type: "workspace", workspace: true })
  })

  test("introspects and revokes one token at a time, or the pair", async (notion) => {
    const { answer, product, refresh, send } = await connect(notion)
    const { access_token, refresh_token } = answer.body
    const isActive = async (token: string) => (await send("INTROSPECTION", { token })).body.active
    assert.isTrue(await isActive(access_token))
    const revoked = await send("REVOCATION", { token: access_token })
    assert.deepStrictEqual([revoked.status, Object.keys(revoked.body)], [200, ["request_id"]])
    assert.isFalse(await isActive(access_token))
    assert.strictEqual((await get(`${product.setting("API_BASE_URL")}/v1/users/me`, access_token, version)).status, 401)
    notion.revocationEndsPair = true
    const { body } = await refresh(refresh_token)
    await send("REVOCATION", { token: body.access_token })
    assert.strictEqual((await refresh(body.refresh_token)).body.error, "invalid_grant")
  })

  test("writes errors in either shape", async (notion) => {
    const { refresh } = productAt(notion)
    assert.sameMembers(Object.keys((await refresh("nrt_x")).body), ["error", "request_id"])
    notion.errorShape = "object"
    assert.deepInclude((await refresh("nrt_x")).body, { object: "error", status: 400, code: "invalid_grant" })
  })

  test("tells the bot whose token it is", async (notion) => {
    const { answer, product } = await connect(notion)
    const me = await get(`${product.setting("API_BASE_URL")}/v1/users/me`, answer.body.access_token, version)
    assert.deepInclude(me.body, { object: "user", type: "bot", id: answer.body.bot_id })
    notion.withdraw(ada)
    const gone = await get(`${product.setting("API_BASE_URL")}/v1/users/me`, answer.body.access_token, version)
    assert.deepInclude(gone.body, { object: "error", code: "unauthorized" })
  })
})
