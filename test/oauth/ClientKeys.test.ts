import { type ClientCredentials, OAuthClient } from "@oauth-manager/application"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { decodeProtectedHeader, jwtVerify } from "jose"
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { addressOf, exchange, overHttp, refresh, revoke, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const pem = (key: KeyObject) => String(key.export({ type: "pkcs8", format: "pem" }))
const jwk = (key: KeyObject, more: object) => JSON.stringify({ ...key.export({ format: "jwk" }), ...more })

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey
const p256 = curve("P-256")
const edwards = generateKeyPairSync("ed25519").privateKey

const withKey = (clientKey: string, more: Partial<ClientCredentials> = {}): ClientCredentials => ({
  clientId: "client",
  clientKey: Redacted.make(clientKey),
  ...more
})

const byKey: Partial<ProviderManifest> = { clientAuthentication: "private_key_jwt" }

const assertionOf = (server: Server, endpoint: FaultyAuthorizationServer.Endpoint = "token") => {
  const { form, headers } = server.last(endpoint)
  assert.isUndefined(headers.authorization)
  assert.isFalse(form.has("client_secret"))
  assert.strictEqual(form.get("client_id"), "client")
  assert.strictEqual(form.get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
  return form.get("client_assertion") ?? ""
}

const keys: ReadonlyArray<readonly [what: string, key: string, of: KeyObject, header: Record<string, unknown>]> = [
  ["RSA in PEM", pem(rsa), rsa, { alg: "PS256" }],
  ["P-256 in PEM", pem(p256), p256, { alg: "ES256" }],
  ["P-384 in PEM", ...((key) => [pem(key), key] as const)(curve("P-384")), { alg: "ES384" }],
  ["P-521 in PEM", ...((key) => [pem(key), key] as const)(curve("P-521")), { alg: "ES512" }],
  ["Ed25519 in PEM", pem(edwards), edwards, { alg: "Ed25519" }],
  ["a JWK, by the algorithm it names", jwk(rsa, { alg: "RS256" }), rsa, { alg: "RS256" }],
  ["a JWK, by an older name of its algorithm", jwk(edwards, { alg: "EdDSA" }), edwards, { alg: "EdDSA" }],
  [
    "a JWK that says how it is found",
    jwk(p256, { kid: "k1", "x5t#S256": "dGh1bWI" }),
    p256,
    { alg: "ES256", kid: "k1", "x5t#S256": "dGh1bWI" }
  ]
]

describe("a client with a key signs an assertion", () => {
  for (const [what, key, of, header] of keys) {
    overHttp(`with ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        yield* refresh(deployed(sample(server.issuer, byKey), { credentials: withKey(key) }))
        const assertion = assertionOf(server)
        const { payload } = yield* Effect.promise(() =>
          jwtVerify(assertion, createPublicKey(of), { audience: server.issuer, issuer: "client", subject: "client" })
        )
        assert.deepInclude(decodeProtectedHeader(assertion), header)
        assert.strictEqual((payload.exp ?? 0) - (payload.iat ?? 0), 60)
      })
    )
  }

  overHttp("anew for each request, at every endpoint that wants the client", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = deployed(sample(server.issuer, byKey), { credentials: withKey(pem(p256)) })
      yield* refresh(provider)
      const first = assertionOf(server)
      yield* refresh(provider)
      yield* revoke(provider)
      yield* OAuthClient.use((client) => client.introspect(provider, secret("the-access-token")))
      const assertions = [first, ...(["token", "revoke", "introspect"] as const).map((at) => assertionOf(server, at))]
      assert.strictEqual(new Set(assertions).size, 4)
      assert.notInclude(JSON.stringify(server.received), JSON.stringify(pem(p256)).slice(40, 80))
    })
  )

  const audiences: ReadonlyArray<readonly [what: string, changes: (at: string) => Partial<ProviderManifest>, string]> =
    [
      ["the issuer", () => ({}), ""],
      [
        "the token endpoint where the plugin says so",
        () => ({ tokenRequests: { assertionAudience: "token_endpoint" } }),
        "/token"
      ],
      [
        "the token endpoint where there is no issuer",
        (at) => ({
          location: { kind: "endpoints", endpoints: endpointsAt(at) },
          identity: { kind: "userinfo", id: "sub" }
        }),
        "/token"
      ],
      [
        "the token endpoint where there is one issuer a tenant",
        (at) => ({
          location: { kind: "endpoints", issuer: `${at}/{tenantid}`, endpoints: endpointsAt(at) },
          identity: { kind: "id_token", issuerClaims: { tenantid: "tid" } }
        }),
        "/token"
      ]
    ]
  for (const [what, changes, path] of audiences) {
    overHttp(`for ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const manifest = sample(server.issuer, { ...byKey, ...changes(server.issuer) })
        yield* refresh(deployed(manifest, { credentials: withKey(pem(p256)) }))
        const audience = `${server.issuer}${path}`
        yield* Effect.promise(() => jwtVerify(assertionOf(server), createPublicKey(p256), { audience }))
      })
    )
  }
})

describe("of several ways to authenticate", () => {
  const proofOf = Effect.fnUntraced(function* (
    clientAuthentication: ProviderManifest["clientAuthentication"],
    credentials: ClientCredentials
  ) {
    const server = yield* FaultyAuthorizationServer.start
    const outcome = yield* Effect.result(
      refresh(deployed(sample(server.issuer, { clientAuthentication }), { credentials }))
    )
    if (outcome._tag === "Failure") {
      assert.deepStrictEqual(server.received, [])
      return shown(outcome.failure)
    }
    const { form, headers } = server.last("token")
    if (form.has("client_assertion")) return "key"
    if (form.has("client_secret")) return "post"
    return headers.authorization === undefined ? `nothing but ${form.get("client_id")}` : "basic"
  })

  const both = withKey(pem(p256), { clientSecret: secret("secret") })
  const bySecret: ClientCredentials = { clientId: "client", clientSecret: secret("secret") }
  const nothing: ClientCredentials = { clientId: "client" }
  const rows: ReadonlyArray<
    readonly [what: string, ProviderManifest["clientAuthentication"], ClientCredentials, expected: string]
  > = [
    ["a key goes before a secret", ["client_secret_post", "private_key_jwt"], both, "key"],
    ["a key is left alone where the plugin has no use for it", "client_secret_basic", both, "basic"],
    ["a secret serves where there is no key", ["private_key_jwt", "client_secret_post"], bySecret, "post"],
    ["the plugin's first goes before its second", ["client_secret_basic", "client_secret_post"], bySecret, "basic"],
    ["a secret goes before nothing", ["none", "client_secret_basic"], bySecret, "basic"],
    ["nothing serves a public client", "none", nothing, "nothing but client"],
    ["nothing serves where the plugin allows it", ["client_secret_basic", "none"], nothing, "nothing but client"],
    ["a secret is not sent where the provider takes none", "none", bySecret, "nothing but client"],
    ["a secret is no key", "private_key_jwt", bySecret, "ProviderMisconfigured not_configured"],
    ["a key is no secret", "client_secret_basic", withKey(pem(p256)), "ProviderMisconfigured not_configured"]
  ]
  for (const [what, methods, credentials, expected] of rows) {
    overHttp(what, () => Effect.map(proofOf(methods, credentials), (proof) => assert.strictEqual(proof, expected)))
  }
})

describe("a key that cannot sign is told before the user is sent anywhere, and never shown", () => {
  const unusable: ReadonlyArray<readonly [what: string, key: string]> = [
    ["no key at all", "canary"],
    ["a JWK cut short", '{"kty":"EC","canary'],
    ["a public key", JSON.stringify({ ...createPublicKey(p256).export({ format: "jwk" }), canary: true })],
    ["a symmetric key", JSON.stringify({ kty: "oct", k: "Y2FuYXJ5", alg: "HS256", d: "canary" })],
    ["a curve that signs nothing", jwk(generateKeyPairSync("x25519").privateKey, { canary: true })],
    ["another algorithm than its kind's", jwk(p256, { alg: "RS256", canary: true })],
    ["a key that decrypts", jwk(rsa, { alg: "RSA-OAEP", canary: true })]
  ]
  for (const [what, key] of unusable) {
    overHttp(what, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const failure = yield* Effect.flip(
          addressOf(deployed(sample(server.issuer, byKey), { credentials: withKey(key) }))
        )
        assert.strictEqual(shown(failure), "ProviderMisconfigured not_configured")
        assert.notInclude(JSON.stringify(failure) + String(failure) + (failure.stack ?? ""), "canary")
        assert.isUndefined(failure.cause)
        assert.deepStrictEqual(server.received, [])
      })
    )
  }

  overHttp("a key too short, once it is to sign, and before a code is spent", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
      const provider = deployed(sample(server.issuer, byKey), { credentials: withKey(pem(short)) })
      const failures = [
        yield* Effect.flip(exchange(provider)),
        yield* Effect.flip(refresh(provider)),
        yield* Effect.flip(revoke(provider)),
        yield* Effect.flip(OAuthClient.use((client) => client.introspect(provider, secret("the-access-token"))))
      ]
      for (const failure of failures) assert.strictEqual(shown(failure), "ProviderMisconfigured not_configured")
      assert.deepStrictEqual(
        server.received.map(({ endpoint }) => endpoint),
        ["keys"]
      )
    })
  )
})
