import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from "jose"
import { createSecretKey } from "node:crypto"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, registered, shown } from "./OAuthFixture.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const now = () => Math.floor(Date.now() / 1000)

const sign = async (server: Server, header: JWTHeaderParameters, key: Parameters<SignJWT["sign"]>[0]) =>
  new SignJWT(server.payload()).setProtectedHeader(header).sign(key)

const tamper = async (server: Server) => {
  const [header, , signature] = (await server.idToken()).split(".")
  const payload = Buffer.from(JSON.stringify({ ...server.payload(), sub: "somebody else" })).toString("base64url")
  return `${header}.${payload}.${signature}`
}

const forged: ReadonlyArray<
  readonly [what: string, claims: Record<string, unknown>, make?: (server: Server) => unknown]
> = [
  ["no ID token", {}, () => undefined],
  ["an ID token of no text", {}, () => ({ sub: "108" })],
  ["an ID token that is no JWT", {}, () => "garbage"],
  ["an encrypted ID token", {}, () => "a.b.c.d.e"],
  [
    "a signature by another key",
    {},
    async (server) => {
      const { privateKey } = await generateKeyPair("ES256")
      return sign(server, { alg: "ES256", kid: "first" }, privateKey)
    }
  ],
  [
    "a signature by a key that the token brings along",
    {},
    async (server) => {
      const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true })
      const jwk = await exportJWK(publicKey)
      return sign(
        server,
        { alg: "ES256", jwk, jku: `${server.issuer}/token`, x5u: `${server.issuer}/token` },
        privateKey
      )
    }
  ],
  ["claims changed after signing", {}, tamper],
  ["a signature cut off", {}, async (server) => (await server.idToken()).replace(/[^.]+$/, "")],
  ["alg none", {}, (server) => new UnsecuredJWT(server.payload()).encode()],
  [
    "HS256 with the client secret",
    {},
    (server) => sign(server, { alg: "HS256" }, createSecretKey(Buffer.from("secret".repeat(8))))
  ],
  [
    "HS256 with the public key",
    {},
    async (server) => {
      const key = createSecretKey(Buffer.from(JSON.stringify((await server.keySet()).keys[0])))
      return sign(server, { alg: "HS256", kid: "first" }, key)
    }
  ],
  [
    "an algorithm that the issuer does not use",
    {},
    async (server) => {
      const { privateKey } = await generateKeyPair("RS256")
      return sign(server, { alg: "RS256", kid: "first" }, privateKey)
    }
  ],
  ["an extension marked critical", {}, (server) => server.idToken({ crit: ["urgent"], urgent: "yes" })],
  ["another issuer", { iss: "https://accounts.example.org" }],
  ["the issuer's alias at an issuer that took its place", { iss: "accounts.google.com" }],
  [
    "the issuer with a slash more",
    { iss: undefined },
    async (server) => {
      server.claims = { ...server.claims, iss: `${server.issuer}/` }
      return server.idToken()
    }
  ],
  ["no issuer", { iss: undefined }],
  ["another audience", { aud: "another client" }],
  ["no audience", { aud: undefined }],
  ["several audiences and no azp", { aud: ["client", "another client"] }],
  ["several audiences and another azp", { aud: ["client", "another client"], azp: "another client" }],
  ["an end that is past", { exp: now() - 120 }],
  ["an end of no number", { exp: "tomorrow" }],
  ["no end", { exp: undefined }],
  ["a beginning to come", { nbf: now() + 3600 }],
  ["no time of issue", { iat: undefined }],
  ["another nonce", { nonce: "another" }],
  ["no nonce", { nonce: undefined }],
  ["no subject", { sub: undefined }],
  ["an empty subject", { sub: "" }],
  ["a subject of no text", { sub: 108 }],
  ["a subject with NUL", { sub: "10\u00008" }],
  ["a subject with half a surrogate pair", { sub: "10\ud8008" }],
  ["a subject too long", { sub: "1".repeat(256) }]
]

describe("an identity is rejected for", () => {
  for (const [what, claims, make = (server: Server) => server.idToken()] of forged) {
    overHttp(what, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.claims = { nonce: "n", ...claims }
        server.on("token", async () => json({ ...(await server.tokens()), id_token: await make(server) }))
        const failure = yield* Effect.flip(exchange(registered({ issuer: server.issuer })))
        assert.strictEqual(shown(failure), "IdentityRejected")
        assert.strictEqual(server.count("token"), 1)
        assert.strictEqual(server.count("userinfo"), 0)
        assert.notMatch(JSON.stringify(failure) + String(failure), /the-access-token|ey[A-Z]/)
      })
    )
  }
})

describe("an identity is taken from", () => {
  const connected = Effect.fnUntraced(function* (claims: Record<string, unknown>) {
    const server = yield* FaultyAuthorizationServer.start
    server.claims = { nonce: "n", ...claims }
    server.on("userinfo", () => json({}, 500))
    return { server, account: (yield* exchange(registered({ issuer: server.issuer }))).account }
  })

  overHttp("an ID token for several audiences that was given to this client", () =>
    Effect.map(connected({ aud: ["client", "another"], azp: "client" }), ({ account, server }) =>
      assert.strictEqual(account.key, `${server.issuer}#108`)
    )
  )

  overHttp("an ID token whose end passed within the tolerance of 30 seconds", () =>
    Effect.map(connected({ exp: now() - 5 }), ({ account }) => assert.strictEqual(account.id, "108"))
  )

  overHttp("its e-mail address whether verified or not, and never as the key", () =>
    Effect.map(connected({ email: "victim@example.org", email_verified: false }), ({ account, server }) =>
      assert.deepStrictEqual(account, {
        key: `${server.issuer}#108`,
        id: "108",
        email: "victim@example.org",
        name: "Ada"
      })
    )
  )

  const texts: ReadonlyArray<readonly [sent: unknown, kept: string | undefined]> = [
    ["Ada\u0000\r\n\u001b[31m Lovelace", "Ada[31m Lovelace"],
    ["A\ud800d\udc00a", "Ada"],
    ["\u202eadA\u2066", "adA"],
    ["Zoë 👩‍🚀", "Zoë 👩‍🚀"],
    [" Ada ", "Ada"],
    ["", undefined],
    ["\u0000", undefined],
    [null, undefined],
    [{ toString: "Ada" }, undefined],
    ["a".repeat(1000), "a".repeat(320)],
    [`${"a".repeat(319)}👩`, "a".repeat(319)]
  ]
  overHttp("names and addresses made fit to store and show", () =>
    Effect.gen(function* () {
      for (const [sent, kept] of texts) {
        const { account } = yield* connected({ name: sent, email: sent })
        assert.deepStrictEqual([account.name, account.email], [kept, kept])
        assert.isTrue(kept !== undefined || !("name" in account))
      }
    })
  )
})
