import { assert, describe } from "@effect/vitest"
import { type GitHub, start } from "./github/GitHub.ts"
import { octocat } from "./github/GitHubAccount.ts"
import { get, productOf, verifier, withDouble } from "./Product.ts"

const test = withDouble(start)

const connect = async (
  github: GitHub,
  parameters: Record<string, string> = {},
  change: Record<string, string> = {}
) => {
  const product = productOf(github, "github")
  const url = product.authorizationUrl({ scope: "read:user user:email", ...product.pkce, ...parameters })
  const callback = await github.consent(url, { account: octocat })
  const credentials = { client_id: product.setting("CLIENT_ID"), client_secret: product.setting("CLIENT_SECRET") }
  const send = (form: Record<string, string>, accept = "application/json") =>
    product.send(product.setting("TOKEN_ENDPOINT"), new URLSearchParams({ ...credentials, ...form }), { accept })
  const code = callback.searchParams.get("code") ?? ""
  const form = { code, redirect_uri: product.redirectUri, code_verifier: verifier, ...change }
  return { product, send, form, answer: await send(form) }
}

const userOf = async (github: GitHub, token: string) => (await get(`${github.origin}/user`, token)).status

describe("GitHub's double", () => {
  test("answers a code with a token without an end, its scopes joined by commas", async (github) => {
    const { answer } = await connect(github)
    assert.deepStrictEqual(Object.keys(answer.body).toSorted(), ["access_token", "scope", "token_type"])
    assert.deepInclude(answer.body, { scope: "read:user,user:email", token_type: "bearer" })
    const user = await get(`${github.origin}/user`, answer.body.access_token)
    assert.deepInclude(user.body, { id: octocat.id, login: "octocat", email: null })
  })

  test("answers a form unless asked for JSON, and drops scopes that others hold", async (github) => {
    const { form, send } = await connect(github, { scope: "user user:email repo" })
    assert.include((await send(form, "*/*")).body, "error=bad_verification_code")
    assert.strictEqual((await connect(github, { scope: "user user:email repo" })).answer.body.scope, "user,repo")
  })

  test("reports errors of the token endpoint with status 200", async (github) => {
    const errorOf = async (change: Record<string, string>) => {
      const { status, body } = (await connect(github, {}, change)).answer
      return [status, body.error]
    }
    assert.deepStrictEqual(await errorOf({ code: "x" }), [200, "bad_verification_code"])
    assert.deepStrictEqual(await errorOf({ code_verifier: "x".repeat(43) }), [200, "bad_verification_code"])
    assert.deepStrictEqual(await errorOf({ redirect_uri: "http://localhost/" }), [200, "redirect_uri_mismatch"])
    assert.deepStrictEqual(await errorOf({ client_secret: "x" }), [200, "incorrect_client_credentials"])
    assert.deepStrictEqual(await errorOf({ grant_type: "refresh_token" }), [200, "bad_refresh_token"])
    assert.deepStrictEqual(await errorOf({ grant_type: "password" }), [200, "unsupported_grant_type"])
  })

  test("redirects a refusal, and a wrong redirect URI to the registered one", async (github) => {
    const { authorizationUrl } = productOf(github, "github")
    const denied = await github.consent(authorizationUrl({}), { account: octocat, deny: true })
    assert.strictEqual(denied.searchParams.get("error"), "access_denied")
    const mismatched = await github.consent(authorizationUrl({ redirect_uri: "http://elsewhere/" }), {
      account: octocat
    })
    assert.strictEqual(mismatched.searchParams.get("error"), "redirect_uri_mismatch")
  })

  test("refreshes for GitHub Apps, and both of the old pair are dead", async (github) => {
    github.isGitHubApp = true
    const { answer, send } = await connect(github)
    assert.deepInclude(answer.body, { expires_in: 28_800, refresh_token_expires_in: 15_897_600, scope: "" })
    const { access_token, refresh_token } = answer.body
    const refreshed = await send({ grant_type: "refresh_token", refresh_token })
    assert.notStrictEqual(refreshed.body.refresh_token, refresh_token)
    assert.strictEqual(await userOf(github, access_token), 401)
    assert.strictEqual(await userOf(github, refreshed.body.access_token), 200)
    assert.strictEqual((await send({ grant_type: "refresh_token", refresh_token })).body.error, "bad_refresh_token")
  })

  test("ends the oldest of more than ten alike tokens", async (github) => {
    const tokens = []
    for (let count = 0; count < 11; count++) tokens.push((await connect(github)).answer.body.access_token)
    assert.deepStrictEqual([await userOf(github, tokens[0]), await userOf(github, tokens[1])], [401, 200])
  })

  test("ends one token or the whole grant for the application that shows itself", async (github) => {
    const [first, second, third] = [await connect(github), await connect(github), await connect(github)]
    const end = async (
      what: "token" | "grant",
      token: string,
      headers: Record<string, string> = first.product.basic
    ) => {
      const url = `${github.origin}/applications/${first.product.setting("CLIENT_ID")}/${what}`
      const body = JSON.stringify({ access_token: token })
      const sent = { "content-type": "application/json", ...headers }
      return (await fetch(url, { method: "DELETE", headers: sent, body })).status
    }
    assert.strictEqual(await end("token", first.answer.body.access_token, {}), 401)
    assert.strictEqual(await end("token", first.answer.body.access_token), 204)
    assert.strictEqual(await end("token", first.answer.body.access_token), 404)
    assert.strictEqual(await userOf(github, second.answer.body.access_token), 200)
    assert.strictEqual(await end("grant", second.answer.body.access_token), 204)
    assert.strictEqual(await userOf(github, third.answer.body.access_token), 401)
  })
})
