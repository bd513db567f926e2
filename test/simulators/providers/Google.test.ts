import { assert, describe } from "@effect/vitest"
import { createRemoteJWKSet, jwtVerify } from "jose"
import { ada } from "./google/GoogleAccount.ts"
import { type Google, start } from "./google/Google.ts"
import { get, productOf, verifier, withDouble } from "./Product.ts"
import { PageShown } from "./ProviderDouble.ts"

const test = withDouble(start)
const calendar = "https://www.googleapis.com/auth/calendar.readonly"
const tasks = "https://www.googleapis.com/auth/tasks"
const sorted = (scope: string) => scope.split(" ").toSorted()

const asked = { scope: "openid email profile", access_type: "offline", nonce: "n" }

const connect = async (
  google: Google,
  parameters: Record<string, string | undefined> = {},
  choice: Partial<Parameters<Google["consent"]>[1]> = {},
  id = "google"
) => {
  const product = productOf(google, id)
  const url = product.authorizationUrl({ ...asked, ...product.pkce, ...parameters })
  const callback = await google.consent(url, { account: ada, ...choice })
  const code = callback.searchParams.get("code") ?? undefined
  const { redirectUri: redirect_uri } = product
  const form = { grant_type: "authorization_code", code, redirect_uri, code_verifier: verifier }
  return { product, callback, form, answer: await product.token(form) }
}

const shownAt = async (google: Google, url: string): Promise<number> =>
  google.consent(url, { account: ada }).then(
    () => 302,
    (cause: unknown) => (cause instanceof PageShown ? cause.status : 0)
  )

describe("Google's double", () => {
  test("answers a code with tokens in Google's fields and spelling", async (google) => {
    const { answer, callback } = await connect(google)
    assert.strictEqual(callback.searchParams.get("iss"), google.origin)
    assert.strictEqual(callback.searchParams.get("authuser"), "0")
    assert.strictEqual(callback.searchParams.get("state"), "s")
    assert.strictEqual(answer.status, 200)
    assert.sameMembers(Object.keys(answer.body), [
      "access_token",
      "expires_in",
      "scope",
      "token_type",
      "id_token",
      "refresh_token"
    ])
    assert.strictEqual(answer.body.expires_in, 3599)
    assert.deepStrictEqual(sorted(answer.body.scope), [
      "https://www.googleapis.com/auth/userinfo.email",
      "https://www.googleapis.com/auth/userinfo.profile",
      "openid"
    ])
  })

  test("signs ID tokens that verify against its keys", async (google) => {
    const { answer, product } = await connect(google)
    const keys = createRemoteJWKSet(new URL(product.setting("JWKS_URI")))
    const { payload } = await jwtVerify(answer.body.id_token, keys, {
      issuer: google.origin,
      audience: product.setting("CLIENT_ID")
    })
    assert.deepInclude(payload, { sub: ada.sub, nonce: "n", email: ada.email, email_verified: true, name: ada.name })
  })

  test("gives a refresh token only offline, and then with the first authorization or where consent is asked for", async (google) => {
    const has = async (parameters: Record<string, string | undefined>) =>
      (await connect(google, parameters)).answer.body.refresh_token !== undefined
    assert.isFalse(await has({ access_type: undefined, prompt: "consent" }))
    google.withdraw(ada)
    assert.isTrue(await has({}))
    assert.isFalse(await has({}))
    assert.isTrue(await has({ prompt: "consent select_account" }))
  })

  test("keeps the refresh token, and sends none when refreshed", async (google) => {
    const { answer, product } = await connect(google)
    const form = { grant_type: "refresh_token", refresh_token: answer.body.refresh_token }
    for (const _ of [1, 2]) {
      const refreshed = await product.token(form)
      assert.strictEqual(refreshed.status, 200)
      assert.notProperty(refreshed.body, "refresh_token")
      assert.notStrictEqual(refreshed.body.access_token, answer.body.access_token)
    }
  })

  test("shows a page instead of redirecting where the request is wrong", async (google) => {
    const { authorizationUrl } = productOf(google, "google")
    const wrong: ReadonlyArray<readonly [Record<string, string | undefined>, number]> = [
      [{ client_id: undefined }, 400],
      [{ client_id: "1-nobody.apps.googleusercontent.com" }, 401],
      [{ redirect_uri: "http://localhost:8002/v1/callback/google/" }, 400],
      [{ response_type: undefined }, 400],
      [{ scope: undefined }, 400],
      [{ scope: "openid offline_access" }, 400],
      [{ access_type: "sometimes" }, 400],
      [{ prompt: "none consent" }, 400],
      [{ code_challenge: "short", code_challenge_method: "S256" }, 400]
    ]
    for (const [parameters, status] of wrong) {
      assert.strictEqual(await shownAt(google, authorizationUrl({ ...asked, ...parameters })), status)
    }
    assert.strictEqual(await shownAt(google, authorizationUrl(asked)), 302)
  })

  test("waits on its page for somebody to choose", async (google) => {
    assert.strictEqual((await get(productOf(google, "google").authorizationUrl(asked))).status, 200)
  })

  test("redirects a refusal, and grants what was left ticked and what signs in", async (google) => {
    const { callback } = await connect(google, {}, { deny: true })
    assert.strictEqual(callback.searchParams.get("error"), "access_denied")
    assert.isFalse(callback.searchParams.has("code"))
    const { answer } = await connect(google, { scope: `openid ${calendar} ${tasks}` }, { grant: [tasks] })
    assert.deepStrictEqual(sorted(answer.body.scope), [tasks, "openid"].toSorted())
  })

  test("returns earlier consents only when asked to include them", async (google) => {
    await connect(google, { scope: `openid ${calendar}` })
    const apart = await connect(google, { scope: `openid ${tasks}` })
    assert.notInclude(apart.answer.body.scope, calendar)
    const joined = await connect(google, { scope: `openid ${tasks}`, include_granted_scopes: "true" })
    assert.include(joined.answer.body.scope, calendar)
  })

  test("redeems a code once, for the client, the redirect URI and the verifier it was issued for", async (google) => {
    const again = async (change: Record<string, string | undefined>) => {
      const product = productOf(google, "google")
      const callback = await google.consent(product.authorizationUrl({ ...asked, ...product.pkce }), { account: ada })
      const code = callback.searchParams.get("code") ?? undefined
      const form = {
        grant_type: "authorization_code",
        code,
        redirect_uri: product.redirectUri,
        code_verifier: verifier
      }
      return product.token({ ...form, ...change })
    }
    const { form, product } = await connect(google)
    assert.strictEqual((await product.token(form)).body.error, "invalid_grant")
    assert.strictEqual((await again({ redirect_uri: "http://localhost:8002/" })).body.error, "redirect_uri_mismatch")
    assert.strictEqual((await again({ code_verifier: undefined })).body.error_description, "Missing code verifier.")
    assert.strictEqual(
      (await again({ code_verifier: "x".repeat(43) })).body.error_description,
      "Invalid code verifier."
    )
    const youtube = productOf(google, "youtube").setting("CLIENT_ID")
    assert.strictEqual((await again({ client_id: youtube })).body.error, "invalid_grant")
    assert.strictEqual((await again({})).status, 200)
  })

  test("lets a code die after its time", async (google) => {
    const product = productOf(google, "google")
    const callback = await google.consent(product.authorizationUrl(asked), { account: ada })
    google.clock.advance(601)
    const code = callback.searchParams.get("code") ?? ""
    const form = { grant_type: "authorization_code", code, redirect_uri: product.redirectUri }
    assert.strictEqual((await product.token(form)).body.error, "invalid_grant")
  })

  test("knows its clients by basic or post, and says so where it does not", async (google) => {
    const { answer, product } = await connect(google)
    const { refresh_token } = answer.body
    const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token })
    assert.strictEqual((await product.send(product.setting("TOKEN_ENDPOINT"), form, product.basic)).status, 200)
    assert.strictEqual((await product.send(product.setting("TOKEN_ENDPOINT"), form)).body.error, "invalid_request")
    const wrong = await product.token({ grant_type: "refresh_token", refresh_token, client_secret: "wrong" })
    assert.strictEqual(wrong.status, 401)
    assert.deepStrictEqual(wrong.body, { error: "invalid_client", error_description: "Unauthorized" })
  })

  test("ends every token of the project with any one of them", async (google) => {
    const first = await connect(google)
    const second = await connect(google, { scope: "https://www.googleapis.com/auth/youtube.readonly" }, {}, "youtube")
    const { product } = first
    const token = new URLSearchParams({ token: second.answer.body.access_token })
    assert.strictEqual((await product.send(product.setting("REVOCATION_ENDPOINT"), token)).status, 200)
    for (const { answer, product } of [first, second]) {
      const dead = await product.token({ grant_type: "refresh_token", refresh_token: answer.body.refresh_token })
      assert.deepStrictEqual(dead.body, {
        error: "invalid_grant",
        error_description: "Token has been expired or revoked."
      })
    }
    const again = await product.send(product.setting("REVOCATION_ENDPOINT"), token)
    assert.strictEqual(again.status, 400)
    assert.deepStrictEqual(again.body, { error: "invalid_token", error_description: "Token expired or revoked" })
  })

  test("spares the clients of other projects", async (google) => {
    const { id, redirectUris, secret } = google.clients["youtube"] ?? { id: "", redirectUris: [], secret: "" }
    google.clients["youtube"] = { id: `9${id}`, redirectUris, secret }
    const first = await connect(google)
    const second = await connect(google, {}, {}, "youtube")
    const token = new URLSearchParams({ token: first.answer.body.refresh_token })
    await first.product.send(first.product.setting("REVOCATION_ENDPOINT"), token)
    const { refresh_token } = second.answer.body
    assert.strictEqual((await second.product.token({ grant_type: "refresh_token", refresh_token })).status, 200)
  })

  test("lets the oldest refresh token die where there are too many", async (google) => {
    google.mostRefreshTokens = 2
    const connected = [await connect(google)]
    for (const _ of [1, 2]) connected.push(await connect(google, { prompt: "consent" }))
    const statuses = []
    for (const { answer, product } of connected) {
      const { refresh_token } = answer.body
      statuses.push((await product.token({ grant_type: "refresh_token", refresh_token })).status)
    }
    assert.deepStrictEqual(statuses, [400, 200, 200])
  })

  test("lets refresh tokens die: after seven days in Testing, when unused, with the account, and by time", async (google) => {
    google.isTesting = true
    const dies = async (scope: string, accessFor: number | undefined, days: number) => {
      google.withdraw(ada)
      const choice = accessFor === undefined ? {} : { accessFor }
      const { answer, product } = await connect(google, { scope: `openid ${scope}` }, choice)
      google.clock.advance(days * 86_400)
      const { refresh_token } = answer.body
      return (await product.token({ grant_type: "refresh_token", refresh_token })).status === 400
    }
    assert.deepStrictEqual([await dies(tasks, undefined, 6), await dies(tasks, undefined, 7)], [false, true])
    assert.deepStrictEqual([await dies("email", undefined, 7), await dies("email", undefined, 183)], [false, true])
    assert.isTrue(await dies("email", 3600, 1))
    google.withdraw(ada)
    const { answer, product } = await connect(google)
    google.deleteAccount(ada)
    const { refresh_token } = answer.body
    const gone = await product.token({ grant_type: "refresh_token", refresh_token })
    assert.strictEqual(gone.body.error_description, "The account has been deleted")
  })

  test("tells of tokens and of who bears them", async (google) => {
    const { answer, product } = await connect(google)
    const { access_token } = answer.body
    const info = await get(`${google.origin}/tokeninfo?access_token=${access_token}`)
    assert.deepInclude(info.body, { sub: ada.sub, access_type: "offline", aud: product.setting("CLIENT_ID") })
    const person = await get(product.setting("USERINFO_ENDPOINT"), access_token)
    assert.deepInclude(person.body, { sub: ada.sub, email: ada.email })
    google.clock.advance(3600)
    assert.strictEqual((await get(product.setting("USERINFO_ENDPOINT"), access_token)).status, 401)
    assert.strictEqual((await get(`${google.origin}/tokeninfo?access_token=${access_token}`)).status, 400)
  })
})
