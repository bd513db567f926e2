import type { RegisteredProvider } from "@oauth-manager/application"
import github from "@oauth-manager/provider-github"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { Log } from "../http/Log.ts"
import { type Answer, json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, refresh, revoke, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt } from "./Sample.ts"

const at = (issuer: string, manifest: ProviderManifest): RegisteredProvider => {
  const { jwks, revocation, token } = endpointsAt(issuer)
  return deployed(manifest, {
    overrides: { tokenEndpoint: token, jwksUri: jwks, revocationEndpoint: revocation, apiBaseUrl: `${issuer}/api` }
  })
}

const description = "AADSTS70043: canary of the provider"

const rows: ReadonlyArray<readonly [what: string, ProviderManifest, Answer, told: Record<string, unknown>]> = [
  ["a code that is any text", google, json({ error: "canary", error_description: "canary" }, 400), { status: 400 }],
  [
    "a code that the plugin names",
    google,
    json({ error: "access_denied" }, 403),
    { status: 403, code: "access_denied" }
  ],
  ["a code of another RFC", google, json({ error: "invalid_target" }, 400), { status: 400, code: "invalid_target" }],
  ["a page", google, reply(404, "<h1>canary</h1>"), { status: 404 }],
  ["a success that is an error", github, json({ error: "canary" }), { status: 200 }],
  [
    "numbers, where the plugin says that they stand",
    microsoft,
    json({ error: "canary", error_description: description, error_codes: [50173, "canary", 7] }, 400),
    { status: 400, numbers: [50173, 7] }
  ],
  [
    "a number in the description",
    microsoft,
    json({ error: "canary", error_description: description }, 400),
    {
      status: 400,
      numbers: [70043]
    }
  ],
  [
    "more numbers than anybody wants",
    microsoft,
    json({ error: "canary", error_codes: [1, 2, 3, 4, 5, 6] }, 400),
    { status: 400, numbers: [1, 2, 3, 4, 5] }
  ],
  ["numbers, where the plugin knows of none", google, json({ error: "canary", error_codes: [7] }, 400), { status: 400 }]
]

describe("a refusal that nobody knows the meaning of", () => {
  for (const [what, manifest, answer, expected] of rows) {
    overHttp(`is told to the operator, and no text of it: ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const provider = at(server.issuer, manifest)
        server.on("token", () => answer)
        const failures = [yield* Effect.flip(exchange(provider)), yield* Effect.flip(refresh(provider))]
        assert.deepStrictEqual(failures.map(shown), Array(2).fill("ProviderUnavailable unknown_error"))
        const { lines, text } = yield* Log
        assert.deepStrictEqual(
          lines.map(({ annotations, level }) => [level, annotations]),
          ["exchange", "refresh"].map((place) => ["Warn", Object.assign({ provider: manifest.id, place }, expected)])
        )
        assert.notMatch(yield* text, /canary|the-code|the-refresh-token/)
      }).pipe(Effect.provide(Log.layer))
    )
  }

  overHttp("is all that is told: what is known, what passes and what is said to a revocation is not", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = at(server.issuer, google)
      const known = [
        json({ error: "invalid_grant" }, 400),
        json({ error: "invalid_client" }, 401),
        reply(503),
        json({})
      ]
      for (const answer of known) {
        server.on("token", () => answer)
        yield* Effect.flip(refresh(provider))
      }
      server.on("revoke", () => json({ error: "teapot" }, 400))
      assert.strictEqual(shown(yield* Effect.flip(revoke(provider))), "ProviderUnavailable unusable_response")
      assert.deepStrictEqual((yield* Log).lines, [])
    }).pipe(Effect.provide(Log.layer))
  )
})
