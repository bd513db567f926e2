import { OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { overHttp, redemption, redirectUri, registered, request, scopes, shown } from "./OAuthFixture.ts"

const startServer = (algorithm: string, options: Partial<HonestAuthorizationServer.HonestOptions> = {}) =>
  HonestAuthorizationServer.start({
    algorithm,
    redirectUri,
    scopes: ["openid", "offline_access", "email", "profile"],
    ...options
  })

const callbackOf = (url: URL) => {
  const code = url.searchParams.get("code")
  const iss = url.searchParams.get("iss")
  return { ...(code === null ? {} : { code: Redacted.make(code) }), ...(iss === null ? {} : { iss }) }
}

const connect = Effect.fnUntraced(function* (provider: RegisteredProvider) {
  const client = yield* OAuthClient
  const begun = yield* client.begin(provider, request)
  const callback = yield* HonestAuthorizationServer.visit(begun.authorizationUrl)
  assert.strictEqual(callback.origin + callback.pathname, redirectUri)
  assert.strictEqual(callback.searchParams.get("state"), Redacted.value(begun.state))
  const code = yield* client.readCallback(provider, callbackOf(callback))
  return { code, flow: begun.flow, answer: yield* client.exchange(provider, code, begun.flow, redemption) }
})

describe("a standards-following server in Google's place", () => {
  for (const algorithm of ["RS256", "ES256", "PS256", "EdDSA"]) {
    overHttp(`by its issuer alone: connects, refreshes and disconnects with ID tokens in ${algorithm}`, () =>
      Effect.gen(function* () {
        const client = yield* OAuthClient
        const { issuer, ...credentials } = yield* startServer(algorithm)
        const provider = registered({ issuer }, {}, credentials)
        const { answer } = yield* connect(provider)
        assert.deepStrictEqual(answer.account, {
          key: `${issuer}#ada`,
          id: "ada",
          email: "ada@example.org",
          name: "Ada"
        })
        assert.deepStrictEqual(answer.tokenType, "Bearer")
        assert.deepStrictEqual(Option.map(answer.expiresIn, Duration.toSeconds), Option.some(600))
        assert.deepStrictEqual(
          Option.map(answer.scopes, (list) => list.toSorted()),
          Option.some(scopes.toSorted())
        )
        const refreshToken = Option.getOrThrow(answer.refreshToken)
        const refreshed = yield* client.refresh(provider, refreshToken, scopes)
        assert.notStrictEqual(Redacted.value(refreshed.accessToken), Redacted.value(answer.accessToken))
        const current = Option.getOrElse(refreshed.refreshToken, () => refreshToken)
        assert.strictEqual(yield* client.revoke(provider, current, "refresh_token"), "revoked")
        assert.strictEqual(yield* client.revoke(provider, current, "refresh_token"), "revoked")
        assert.strictEqual(shown(yield* Effect.flip(client.refresh(provider, current, scopes))), "GrantRefused")
      })
    )
  }

  overHttp("by every endpoint, where the issuer's metadata are not served", () =>
    Effect.gen(function* () {
      const { issuer, ...credentials } = yield* startServer("ES256", { hidesMetadata: true })
      const provider = registered(
        {
          issuer,
          authorizationEndpoint: `${issuer}/auth`,
          tokenEndpoint: `${issuer}/token`,
          revocationEndpoint: `${issuer}/token/revocation`,
          userinfoEndpoint: `${issuer}/me`,
          jwksUri: `${issuer}/jwks`
        },
        {},
        credentials
      )
      const { answer } = yield* connect(provider)
      assert.strictEqual(answer.account.key, `${issuer}#ada`)
    })
  )

  overHttp("takes a code once, and only with the verifier of its flow", () =>
    Effect.gen(function* () {
      const client = yield* OAuthClient
      const { issuer, ...credentials } = yield* startServer("RS256")
      const provider = registered({ issuer }, {}, credentials)
      const { code, flow } = yield* connect(provider)
      assert.strictEqual(shown(yield* Effect.flip(client.exchange(provider, code, flow, redemption))), "GrantRefused")
      const begun = yield* client.begin(provider, request)
      const other = yield* HonestAuthorizationServer.visit(begun.authorizationUrl)
      const stolen = yield* client.readCallback(provider, callbackOf(other))
      const failure = yield* Effect.flip(client.exchange(provider, stolen, flow, redemption))
      assert.strictEqual(shown(failure), "GrantRefused")
    })
  )

  overHttp("authenticates by post where its metadata offer only that", () =>
    Effect.gen(function* () {
      const { issuer, ...credentials } = yield* startServer("ES256", {
        configuration: {
          clientAuthMethods: ["client_secret_post"],
          clientDefaults: { token_endpoint_auth_method: "client_secret_post" }
        }
      })
      const { answer } = yield* connect(registered({ issuer }, {}, credentials))
      assert.strictEqual(answer.account.id, "ada")
    })
  )

  overHttp("refuses a wrong client secret as a fault of the configuration", () =>
    Effect.gen(function* () {
      const { issuer, clientId } = yield* startServer("ES256")
      const failure = yield* Effect.flip(connect(registered({ issuer }, {}, { clientId, clientSecret: "wrong" })))
      assert.strictEqual(shown(failure), "ProviderMisconfigured invalid_client")
    })
  )
})
