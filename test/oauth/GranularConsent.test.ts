import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import microsoft from "@oauth-manager/provider-microsoft"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, shown } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

const readonly = "https://www.googleapis.com/auth/youtube.readonly"
const forbidden = json({ error: { errors: [{ reason: "insufficientPermissions" }] } }, 403)

/** How an exchange of the manifest ends where the user granted `scope`, and the place that identifies answers so. */
const outcome = Effect.fnUntraced(function* (
  manifest: (issuer: string) => ProviderManifest,
  scope: string | undefined,
  answer: Answer
) {
  const server = yield* FaultyAuthorizationServer.start
  server.on("token", async () => json({ ...(await server.tokens()), id_token: undefined, scope }))
  server.on("api", () => answer)
  server.on("userinfo", () => answer)
  const overrides = { tokenEndpoint: `${server.issuer}/token`, apiBaseUrl: `${server.issuer}/api` }
  return yield* Effect.match(exchange(deployed(manifest(server.issuer), { overrides })), {
    onSuccess: ({ account }) => account.id,
    onFailure: shown
  })
})

const byUserinfo = (issuer: string) => sample(issuer, { identity: { kind: "userinfo", id: "sub" } })
const byGraph = (issuer: string): ProviderManifest => ({
  ...sample(issuer),
  identity: { kind: "api", path: "/me", id: "id" },
  settings: microsoft.settings ?? {},
  scopeNames: microsoft.scopeNames ?? {},
  identityScopes: microsoft.identityScopes,
  scopes: microsoft.scopes,
  features: []
})

describe("a user who leaves out what identifies the account", () => {
  const [denied, unavailable] = ["IdentityScopeDenied", "IdentityUnavailable"]
  const rows: ReadonlyArray<
    readonly [what: string, (issuer: string) => ProviderManifest, scope: string | undefined, Answer, expected: string]
  > = [
    ["has denied it", () => youtube, "openid", forbidden, denied],
    ["has denied it too where the token is refused for it", () => youtube, "openid", reply(401), denied],
    ["has denied the userinfo endpoint", byUserinfo, "notes", forbidden, denied],
    ["has granted all that is needed without openid", () => youtube, readonly, forbidden, unavailable],
    [
      "has granted more than is needed",
      () => youtube,
      "https://www.googleapis.com/auth/youtube.force-ssl",
      forbidden,
      unavailable
    ],
    ["has granted it by another spelling", byGraph, "https://graph.microsoft.com/user.read", forbidden, unavailable],
    ["has denied it among scopes that are never listed", byGraph, "Mail.Read", forbidden, denied],
    ["is not known where the provider lists no scopes", () => youtube, undefined, forbidden, unavailable],
    ["is not suspected where the provider is down", () => youtube, "openid", reply(503), unavailable],
    [
      "is not suspected where the account must first be set up",
      () => youtube,
      "openid",
      json({ error: { errors: [{ reason: "youtubeSignupRequired" }] } }, 401),
      "AccountSetupRequired"
    ],
    ["is identified where the provider does so all the same", byUserinfo, "notes", json({ sub: "108" }), "108"]
  ]
  for (const [what, manifest, scope, answer, expected] of rows) {
    overHttp(`${what}: ${expected}`, () =>
      Effect.map(outcome(manifest, scope, answer), (ended) => assert.strictEqual(ended, expected))
    )
  }
})
