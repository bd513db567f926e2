import { OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import microsoft from "@oauth-manager/provider-microsoft"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { overHttp, redirectUri, request } from "./OAuthFixture.ts"
import { deployed } from "./Sample.ts"

const start = Effect.fnUntraced(function* (manifest: ProviderManifest) {
  const { clientId, clientSecret, issuer } = yield* HonestAuthorizationServer.start({
    algorithm: "RS256",
    redirectUri,
    scopes: ["openid", "offline_access", "email", "profile"]
  })
  const credentials = { clientId, clientSecret: Redacted.make(clientSecret) }
  return deployed(manifest, { credentials, overrides: { issuer } })
})

const connect = Effect.fnUntraced(function* (provider: RegisteredProvider) {
  const client = yield* OAuthClient
  const scopes = provider.definition.identityScopes
  const begun = yield* client.begin(provider, { ...request, scopes })
  const { searchParams } = yield* HonestAuthorizationServer.visit(begun.authorizationUrl)
  const code = yield* client.readCallback(provider, {
    code: Redacted.make(searchParams.get("code") ?? ""),
    iss: searchParams.get("iss") ?? ""
  })
  return {
    parameters: new URL(begun.authorizationUrl).searchParams,
    answer: yield* client.exchange(provider, code, begun.flow, { redirectUri, scopes })
  }
})

describe("a server as the standards have it, by its issuer and client alone,", () => {
  const rows = [
    ["Microsoft's", microsoft, "unsupported"],
    ["YouTube's", youtube, "revoked"]
  ] as const
  for (const [whose, manifest, ending] of rows) {
    overHttp(`in ${whose} place connects, refreshes, refreshes again, and disconnects as the plugin says`, () =>
      Effect.gen(function* () {
        const client = yield* OAuthClient
        const provider = yield* start(manifest)
        const { answer, parameters } = yield* connect(provider)
        assert.strictEqual(parameters.get("prompt"), "consent")
        assert.strictEqual(answer.account.key, `${provider.overrides.issuer}#ada`)
        const scopes = Option.getOrThrow(answer.scopes)
        let refreshToken = Option.getOrThrow(answer.refreshToken)
        const accessTokens = new Set([Redacted.value(answer.accessToken)])
        for (const _ of ["once", "twice"]) {
          const refreshed = yield* client.refresh(provider, refreshToken, scopes)
          accessTokens.add(Redacted.value(refreshed.accessToken))
          refreshToken = Option.getOrElse(refreshed.refreshToken, () => refreshToken)
        }
        assert.strictEqual(accessTokens.size, 3)
        assert.strictEqual(yield* client.revoke(provider, refreshToken, "refresh_token"), ending)
      })
    )
  }
})
