import { assert, describe } from "@effect/vitest"
import { decodeJwt, decodeProtectedHeader } from "jose"
import * as Faults from "./Faults.ts"
import { ada } from "./google/GoogleAccount.ts"
import { errors } from "./google/GoogleErrors.ts"
import { type Google, start } from "./google/Google.ts"
import { productOf, withDouble } from "./Product.ts"

const test = withDouble(start)

const connect = async (google: Google) => {
  const product = productOf(google, "google")
  const url = product.authorizationUrl({ scope: "openid email", access_type: "offline", prompt: "consent" })
  const code = (await google.consent(url, { account: ada })).searchParams.get("code") ?? ""
  const redirect_uri = product.redirectUri
  const answer = await product.token({ grant_type: "authorization_code", code, redirect_uri })
  const { refresh_token } = answer.body
  return { answer, refresh: () => product.token({ grant_type: "refresh_token", refresh_token }) }
}

const outcome = async (request: Promise<{ readonly status: number }>): Promise<number | "broken"> =>
  request.then(
    ({ status }) => status,
    () => "broken"
  )

describe("A double's faults", () => {
  test("befall the next requests in turn, then all until told otherwise", async (google) => {
    const { refresh } = await connect(google)
    google.faults.always("token", Faults.broken(502))
    google.faults.next("token", Faults.tooMany("7"), Faults.refusing(errors.deletedClient))
    const limited = await refresh()
    assert.deepStrictEqual([limited.status, limited.headers.get("retry-after")], [429, "7"])
    assert.strictEqual((await refresh()).body.error, "deleted_client")
    assert.deepStrictEqual([(await refresh()).status, (await refresh()).status], [502, 502])
    google.faults.clear()
    assert.strictEqual((await refresh()).status, 200)
    assert.strictEqual(google.count("token"), 6)
  })

  test("lose an answer after the work was done", async (google) => {
    google.tokens.rotation = "strict"
    const { refresh } = await connect(google)
    google.faults.next("token", Faults.lost())
    assert.strictEqual(await outcome(refresh()), "broken")
    assert.strictEqual((await refresh()).body.error, "invalid_grant")
  })

  test("tear, garble, rename and delay answers", async (google) => {
    const { refresh } = await connect(google)
    google.faults.next("token", Faults.torn, Faults.html, Faults.typed("text/plain"), Faults.slow(30))
    assert.strictEqual(await outcome(refresh()), "broken")
    assert.match((await refresh()).headers.get("content-type") ?? "", /^text\/html/)
    assert.strictEqual((await refresh()).headers.get("content-type"), "text/plain")
    const begun = performance.now()
    await refresh()
    assert.isAtLeast(performance.now() - begun, 29)
  })

  test("say something else than the truth", async (google) => {
    google.faults.next("token", Faults.saying({ scope: "openid", expires_in: undefined }))
    const { answer } = await connect(google)
    assert.strictEqual(answer.body.scope, "openid")
    assert.notProperty(answer.body, "expires_in")
  })

  test("date and sign ID tokens wrongly", async (google) => {
    google.idTokens.skew = 3600
    google.idTokens.claims = { iss: "https://elsewhere.example", nonce: "another", email: undefined }
    const claims = decodeJwt((await connect(google)).answer.body.id_token)
    assert.deepInclude(claims, { iss: "https://elsewhere.example", nonce: "another" })
    assert.notProperty(claims, "email")
    assert.isAbove(claims.iat ?? 0, Date.now() / 1000 + 3500)
    const published = async () => (await google.idTokens.keySet()).keys.length
    const keyOf = async () => decodeProtectedHeader((await connect(google)).answer.body.id_token).kid
    const first = await keyOf()
    await google.idTokens.changeKey({ published: false })
    assert.notStrictEqual(await keyOf(), first)
    assert.strictEqual(await published(), 1)
    google.idTokens.restoreKey()
    assert.strictEqual(await keyOf(), first)
    await google.idTokens.changeKey()
    assert.strictEqual(await published(), 2)
  })
})
