import { assert, describe } from "@effect/vitest"
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose"
import { type Microsoft, start } from "./microsoft/Microsoft.ts"
import { ada, alan, consumers, contoso, grace, type MicrosoftAccount } from "./microsoft/MicrosoftAccount.ts"
import { policyClaims } from "./microsoft/MicrosoftErrors.ts"
import { get, productOf, verifier, withDouble } from "./Product.ts"
import { PageShown } from "./ProviderDouble.ts"

const test = withDouble(start)
const scope = "openid profile email offline_access User.Read"

interface Way {
  readonly account?: MicrosoftAccount
  readonly tenant?: string
  readonly parameters?: Record<string, string | undefined>
  /** At the token endpoint, beyond or instead of the usual. */
  readonly form?: Record<string, string | undefined>
}

const begin = async (microsoft: Microsoft, { account = ada, parameters = {}, tenant = "common" }: Way = {}) => {
  const product = productOf(microsoft, "microsoft", microsoft.environment("microsoft", tenant))
  const url = product.authorizationUrl({ scope, nonce: "n", ...product.pkce, ...parameters })
  return { product, callback: await microsoft.consent(url, { account }) }
}

const connect = async (microsoft: Microsoft, way: Way = {}) => {
  const { callback, product } = await begin(microsoft, way)
  const code = callback.searchParams.get("code") ?? undefined
  const asked = way.parameters?.["scope"] ?? scope
  const form = { grant_type: "authorization_code", code, redirect_uri: product.redirectUri, code_verifier: verifier }
  const answer = await product.token({ scope: asked, ...form, ...way.form })
  const refresh = (refresh_token: string, change: Record<string, string | undefined> = {}) =>
    product.token({ grant_type: "refresh_token", refresh_token, scope: asked, ...change })
  return { product, callback, answer, refresh, form: { scope: asked, ...form } }
}

const shown = async (microsoft: Microsoft, way: Way): Promise<string> =>
  begin(microsoft, way).then(
    ({ callback }) => callback.searchParams.get("error") ?? "a code",
    (cause: unknown) =>
      cause instanceof PageShown ? (/AADSTS\d+/.exec(cause.message)?.[0] ?? "a page") : String(cause)
  )

describe("Microsoft's double", () => {
  test("describes each authority, with a placeholder where it serves several tenants", async (microsoft) => {
    const issuerAt = async (tenant: string) =>
      (await get(`${microsoft.origin}/${tenant}/v2.0/.well-known/openid-configuration`)).body.issuer
    const { origin } = microsoft
    assert.strictEqual(await issuerAt("common"), `${origin}/{tenantid}/v2.0`)
    assert.strictEqual(await issuerAt("organizations"), `${origin}/{tenantid}/v2.0`)
    assert.strictEqual(await issuerAt("consumers"), `${origin}/${consumers}/v2.0`)
    assert.strictEqual(await issuerAt("contoso.example"), `${origin}/${contoso}/v2.0`)
    const { body } = await get(`${origin}/common/v2.0/.well-known/openid-configuration`)
    for (const absent of ["code_challenge_methods_supported", "revocation_endpoint", "introspection_endpoint"]) {
      assert.notProperty(body, absent)
    }
  })

  test("answers a code with tokens in Microsoft's fields", async (microsoft) => {
    const { answer, callback } = await connect(microsoft)
    assert.isTrue(callback.searchParams.has("session_state"))
    assert.isFalse(callback.searchParams.has("iss"))
    assert.strictEqual(answer.status, 200)
    const { expires_in, ext_expires_in, refresh_token, scope, token_type } = answer.body
    assert.isTrue(expires_in >= 3600 && expires_in < 5400 && ext_expires_in === expires_in)
    assert.strictEqual(token_type, "Bearer")
    assert.isString(refresh_token)
    assert.sameMembers(scope.split(" "), ["openid", "profile", "email", "User.Read"])
  })

  test("signs ID tokens with the tenant in the issuer, and a subject of this client's own", async (microsoft) => {
    const { answer, product } = await connect(microsoft)
    const keys = createRemoteJWKSet(new URL(product.setting("JWKS_URI")))
    const { payload } = await jwtVerify(answer.body.id_token, keys, {
      issuer: `${microsoft.origin}/${contoso}/v2.0`,
      audience: product.setting("CLIENT_ID")
    })
    assert.deepInclude(payload, {
      tid: contoso,
      oid: ada.oid,
      ver: "2.0",
      nonce: "n",
      preferred_username: ada.username
    })
    assert.notStrictEqual(payload.sub, ada.oid)
    const bare = await connect(microsoft, { parameters: { scope: "openid User.Read" } })
    const said = JSON.parse(atob(bare.answer.body.id_token.split(".")[1]))
    assert.notProperty(said, "oid")
    assert.strictEqual(said.sub, payload.sub)
  })

  test("spells scopes short, prefixed or in lower case", async (microsoft) => {
    const spelt = []
    for (const form of ["short", "prefixed", "lower_case"] as const) {
      microsoft.scopeForm = form
      spelt.push((await connect(microsoft, { parameters: { scope: "Mail.Send" } })).answer.body.scope)
      microsoft.withdraw(ada)
    }
    const prefix = "https://graph.microsoft.com/"
    assert.deepStrictEqual(spelt, ["Mail.Send", `${prefix}Mail.Send`, `${prefix}mail.send`])
  })

  test("names scopes of earlier consents, unless told not to", async (microsoft) => {
    await connect(microsoft, { parameters: { scope: "openid Mail.Send" } })
    const { answer } = await connect(microsoft, { parameters: { scope: "openid Files.Read" } })
    assert.include(answer.body.scope, "Mail.Send")
    microsoft.returnsEarlierConsents = false
    assert.notInclude(
      (await connect(microsoft, { parameters: { scope: "Files.Read" } })).answer.body.scope,
      "Mail.Send"
    )
  })

  test("gives a refresh token and an ID token only to a token request that names their scopes", async (microsoft) => {
    const without = await connect(microsoft, { form: { scope: "User.Read" } })
    assert.notProperty(without.answer.body, "refresh_token")
    assert.notProperty(without.answer.body, "id_token")
    const { answer, refresh } = await connect(microsoft)
    const refreshed = await refresh(answer.body.refresh_token, { scope: "openid User.Read" })
    assert.strictEqual(refreshed.status, 200)
    assert.notProperty(refreshed.body, "refresh_token")
    const personal = await connect(microsoft, { account: alan, form: { scope: undefined } })
    assert.deepStrictEqual(personal.answer.body.error_codes, [900144])
  })

  test("rotates refresh tokens, and leaves the old one alive", async (microsoft) => {
    const { answer, refresh } = await connect(microsoft)
    const first = await refresh(answer.body.refresh_token)
    const second = await refresh(first.body.refresh_token)
    const old = await refresh(answer.body.refresh_token)
    assert.deepStrictEqual([first.status, second.status, old.status], [200, 200, 200])
    assert.strictEqual(new Set([answer, first, second, old].map(({ body }) => body.refresh_token)).size, 4)
  })

  test("refuses dead refresh tokens by number and suberror, with all that surrounds them", async (microsoft) => {
    const { answer, refresh } = await connect(microsoft)
    microsoft.withdraw(ada)
    const { body, headers, status } = await refresh(answer.body.refresh_token)
    assert.strictEqual(status, 400)
    assert.deepInclude(body, { error: "invalid_grant", error_codes: [50173], suberror: "bad_token" })
    assert.match(body.error_description, /^AADSTS50173: .*\r\nTrace ID: \S+\r\nCorrelation ID: \S+\r\nTimestamp: /)
    assert.include(body.error_uri, "code=50173")
    assert.include(headers.get("x-ms-clitelem"), "50173")
    const idle = await connect(microsoft)
    microsoft.clock.advance(90 * 86_400)
    assert.deepStrictEqual((await idle.refresh(idle.answer.body.refresh_token)).body.error_codes, [700082])
    assert.deepStrictEqual((await refresh("nothing")).body.error_codes, [70000])
  })

  test("redeems codes at the authority that issued them, once, with the verifier", async (microsoft) => {
    const { form, product } = await connect(microsoft)
    assert.deepStrictEqual((await product.token(form)).body.error_codes, [54005])
    const numberOf = async (way: Way) => (await connect(microsoft, way)).answer.body.error_codes
    assert.deepStrictEqual(await numberOf({ form: { code_verifier: undefined } }), [501481])
    assert.deepStrictEqual(await numberOf({ form: { redirect_uri: "http://localhost:8002/" } }), [50011])
    const { callback } = await begin(microsoft)
    const elsewhere = productOf(microsoft, "microsoft", microsoft.environment("microsoft", "organizations"))
    const code = callback.searchParams.get("code") ?? ""
    assert.deepStrictEqual((await elsewhere.token({ ...form, code })).body.error_codes, [700005])
  })

  test("serves each authority's accounts", async (microsoft) => {
    const at = (tenant: string, account: MicrosoftAccount) => shown(microsoft, { tenant, account })
    assert.strictEqual(await at("organizations", alan), "AADSTS50020")
    assert.strictEqual(await at("consumers", ada), "AADSTS50020")
    assert.strictEqual(await at(contoso, grace), "AADSTS50020")
    assert.strictEqual(await at("contoso.example", ada), "a code")
    assert.strictEqual(await at("consumers", alan), "a code")
    assert.strictEqual(await at("nowhere.example", ada), "AADSTS90002")
    microsoft.singleTenant = contoso
    assert.strictEqual(await at("common", ada), "AADSTS50194")
    assert.strictEqual(await at(contoso, ada), "a code")
  })

  test("shows a page or redirects where the request is wrong", async (microsoft) => {
    const outcome = (parameters: Record<string, string | undefined>) => shown(microsoft, { parameters })
    assert.strictEqual(await outcome({ client_id: undefined }), "AADSTS900144")
    assert.strictEqual(await outcome({ client_id: "nobody" }), "AADSTS700016")
    assert.strictEqual(await outcome({ redirect_uri: "http://localhost:8002/" }), "AADSTS50011")
    assert.strictEqual(await outcome({ response_type: "token" }), "unsupported_response_type")
    assert.strictEqual(await outcome({ scope: undefined }), "invalid_request")
    assert.strictEqual(await outcome({ scope: "Cats.Read" }), "invalid_scope")
    assert.strictEqual(await outcome({ prompt: "select_account", login_hint: "ada" }), "invalid_request")
    assert.strictEqual(await outcome({ response_mode: "form_post" }), "a page")
  })

  test("sends users back whose administrator must consent first, until one has", async (microsoft) => {
    const parameters = { scope: "openid offline_access Mail.Read" }
    const { callback, product } = await begin(microsoft, { parameters })
    assert.strictEqual(callback.searchParams.get("error"), "access_denied")
    assert.match(callback.searchParams.get("error_description") ?? "", /^AADSTS90094: /)
    microsoft.adminConsentError = "consent_required"
    assert.strictEqual(await shown(microsoft, { parameters }), "consent_required")
    assert.strictEqual(await shown(microsoft, { parameters, account: alan }), "a code")
    assert.strictEqual(await shown(microsoft, { parameters: { scope: "Mail.Send" } }), "a code")
    const query = new URLSearchParams({
      client_id: product.setting("CLIENT_ID"),
      redirect_uri: product.redirectUri,
      scope: "Mail.Read"
    })
    const consented = await microsoft.consent(`${microsoft.origin}/${contoso}/v2.0/adminconsent?${query}`, {
      account: ada
    })
    assert.strictEqual(consented.searchParams.get("admin_consent"), "True")
    assert.strictEqual(await shown(microsoft, { parameters }), "a code")
  })

  test("tells of a refusal by the user", async (microsoft) => {
    const product = productOf(microsoft, "microsoft")
    const callback = await microsoft.consent(product.authorizationUrl({ scope }), { account: ada, deny: true })
    assert.strictEqual(callback.searchParams.get("error"), "access_denied")
    assert.match(callback.searchParams.get("error_description") ?? "", /^AADSTS65004: /)
  })

  test("demands more of an account until an authorization passes the claims on", async (microsoft) => {
    const { answer, refresh } = await connect(microsoft)
    const claims = policyClaims()
    microsoft.consents.demand(ada, claims)
    const refused = await refresh(answer.body.refresh_token)
    assert.deepInclude(refused.body, { error: "interaction_required", error_codes: [50076], claims })
    assert.strictEqual((await connect(microsoft)).answer.status, 400)
    assert.strictEqual((await connect(microsoft, { parameters: { claims } })).answer.status, 200)
    assert.strictEqual((await refresh(answer.body.refresh_token)).status, 200)
  })

  test("refuses scopes of two resources, unknown ones, and those without consent", async (microsoft) => {
    const numberOf = async (form: Record<string, string>) =>
      (await connect(microsoft, { form })).answer.body.error_codes
    assert.deepStrictEqual(await numberOf({ scope: "User.Read https://vault.azure.net/User.Read" }), [700022])
    assert.deepStrictEqual(await numberOf({ scope: "Cats.Read" }), [70011])
    assert.deepStrictEqual(await numberOf({ scope: "Files.Read" }), [65001])
  })

  test("knows its client by secret or by a signed assertion", async (microsoft) => {
    const { answer, form, product, refresh } = await connect(microsoft)
    const numberOf = async (change: Record<string, string | undefined>) =>
      (await refresh(answer.body.refresh_token, change)).body.error_codes
    assert.deepStrictEqual(await numberOf({ client_secret: "wrong" }), [7000215])
    assert.deepStrictEqual(await numberOf({ client_secret: undefined }), [7000218])
    assert.deepStrictEqual(await numberOf({ client_id: "nobody" }), [700016])
    assert.deepStrictEqual(await numberOf({ grant_type: undefined }), [900144])
    const endpoint = product.setting("TOKEN_ENDPOINT")
    const basic = await product.send(endpoint, new URLSearchParams({ grant_type: "none" }), product.basic)
    assert.strictEqual(basic.body.error, "unsupported_grant_type")

    const { privateKey, publicKey } = await generateKeyPair("RS256")
    const known = microsoft.clients["microsoft"]
    assert.isDefined(known)
    microsoft.clients["microsoft"] = { ...known, publicKey: { ...(await exportJWK(publicKey)), alg: "RS256" } }
    const assertion = (audience: string) =>
      new SignJWT({ iss: known.id, sub: known.id, aud: audience, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: "RS256" })
        .setExpirationTime("5 minutes")
        .sign(privateKey)
    const asserting = async (audience: string) => ({
      ...form,
      client_secret: undefined,
      grant_type: "refresh_token",
      refresh_token: answer.body.refresh_token,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await assertion(audience)
    })
    assert.strictEqual((await product.token(await asserting(endpoint))).status, 200)
    assert.deepStrictEqual((await product.token(await asserting("elsewhere"))).body.error_codes, [700027])
    microsoft.hasExpiredSecret = true
    assert.deepStrictEqual(await numberOf({}), [7000222])
  })

  test("answers who somebody is from Graph", async (microsoft) => {
    const { answer, product } = await connect(microsoft)
    const { access_token } = answer.body
    const me = await get(`${product.setting("API_BASE_URL")}/v1.0/me`, access_token)
    assert.deepInclude(me.body, { id: ada.oid, userPrincipalName: ada.username })
    assert.isString((await get(product.setting("USERINFO_ENDPOINT"), access_token)).body.sub)
    const empty = await get(`${product.setting("API_BASE_URL")}/v1.0/me`)
    assert.strictEqual(empty.status, 401)
    assert.strictEqual(empty.body.error.code, "InvalidAuthenticationToken")
  })
})
