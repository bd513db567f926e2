import type { TokenAnswer } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Duration, Effect, Option, Redacted, Result } from "effect"
import { inspect } from "node:util"
import { gzipped, json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, readRefreshAnswer, refresh, registered } from "./OAuthFixture.ts"

/** What a refresh gives, or none where there is no access token; `refresh` is the refresh token that is held from then on. */
const told = (
  result: Result.Result<TokenAnswer, Effect.Error<ReturnType<typeof refresh>>>
): Record<string, unknown> => {
  const refreshToken = (option: TokenAnswer["refreshToken"]) => Option.getOrNull(Option.map(option, Redacted.value))
  if (Result.isFailure(result)) {
    const { failure } = result
    return {
      failure: failure._tag,
      refresh: "refreshToken" in failure ? refreshToken(failure.refreshToken) : undefined
    }
  }
  const answer = result.success
  return {
    access: Redacted.value(answer.accessToken),
    type: answer.tokenType,
    refresh: refreshToken(answer.refreshToken),
    seconds: Option.getOrNull(Option.map(answer.expiresIn, Duration.toSeconds)),
    scopes: Option.getOrNull(answer.scopes)
  }
}

/** What a refresh makes of an answer, having seen that the body it keeps comes to the same without the provider. */
const answered = Effect.fnUntraced(function* (body: unknown) {
  const server = yield* FaultyAuthorizationServer.start
  const provider = registered({ issuer: server.issuer })
  const kept: Array<string> = []
  server.on("token", () => json(body))
  const refreshed = told(
    yield* Effect.result(refresh(provider, (answer) => Effect.sync(() => void kept.push(Redacted.value(answer)))))
  )
  assert.deepStrictEqual(kept, [typeof body === "string" ? body : JSON.stringify(body)])
  const requests = server.received.length
  for (const elsewhere of [provider, { ...provider, credentials: Option.none() }]) {
    assert.deepStrictEqual(told(yield* Effect.result(readRefreshAnswer(elsewhere, kept.join()))), refreshed)
  }
  assert.strictEqual(server.received.length, requests)
  return refreshed
})

const plain = { access: "new-access", type: "Bearer", refresh: "new-refresh", seconds: null, scopes: null }
const body = { access_token: "new-access", refresh_token: "new-refresh", token_type: "Bearer" }
const tenYears = 315_360_000

const mended: ReadonlyArray<readonly [what: string, body: unknown, expected: Partial<typeof plain> | object]> = [
  ["nothing out of the ordinary", { ...body, expires_in: 3599, scope: "a b" }, { seconds: 3599, scopes: ["a", "b"] }],
  ["no refresh token", { access_token: "new-access", token_type: "Bearer" }, { refresh: null }],
  ["an empty refresh token", { ...body, refresh_token: "" }, { refresh: null }],
  ["a refresh token of null", { ...body, refresh_token: null }, { refresh: null }],
  ["no token_type", { ...body, token_type: undefined }, {}],
  ["a token_type of null", { ...body, token_type: null }, {}],
  ["a token_type in other letters", { ...body, token_type: "bEaReR" }, {}],
  ["no expires_in", body, {}],
  ["expires_in as text", { ...body, expires_in: "3600" }, { seconds: 3600 }],
  ["expires_in with a fraction", { ...body, expires_in: 59.9 }, { seconds: 59 }],
  ["expires_in of null", { ...body, expires_in: null }, {}],
  ["expires_in of 0", { ...body, expires_in: 0 }, {}],
  ["expires_in below 0", { ...body, expires_in: -1 }, {}],
  ["expires_in of 1e308", { ...body, expires_in: 1e308 }, { seconds: tenYears }],
  ["expires_in beyond all numbers", JSON.stringify(body).replace("}", ',"expires_in":1e999}'), {}],
  ["expires_in of other text", { ...body, expires_in: "NaN" }, {}],
  ["expires_in of an object", { ...body, expires_in: { seconds: 3600 } }, {}],
  ["scope as a list", { ...body, scope: ["a", "b", 1] }, { scopes: ["a", "b"] }],
  ["scope with odd white space, twice", { ...body, scope: " a\n\tb  a " }, { scopes: ["a", "b"] }],
  ["an empty scope", { ...body, scope: "" }, {}],
  ["a scope of null", { ...body, scope: null }, {}],
  ["a scope of no scope-tokens", { ...body, scope: 'a"b \u0000' }, {}],
  ["an ID token that is none", { ...body, id_token: "a.b.c" }, {}],
  ["an ID token of no text", { ...body, id_token: 7 }, {}],
  [
    "unknown members and prototypes",
    '{"__proto__":{"token_type":"mac"},"constructor":1,"toString":2,"access_token":"new-access","refresh_token":"new-refresh"}',
    {}
  ],
  ["LF in the refresh token", { ...body, refresh_token: "new\n" }, { refresh: null }],
  ["a refresh token of no text", { ...body, refresh_token: 7 }, { refresh: null }],
  ["the longest tokens", { ...body, access_token: "a".repeat(16_384) }, { access: "a".repeat(16_384) }],
  [
    "a token with every VSCHAR",
    { ...body, refresh_token: ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~` },
    { refresh: ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~` }
  ]
]

const unusable: ReadonlyArray<readonly [what: string, body: unknown, refreshToken: string | null]> = [
  ["no access token", { ...body, access_token: undefined }, "new-refresh"],
  ["an empty access token", { ...body, access_token: "" }, "new-refresh"],
  ["an access token of no text", { ...body, access_token: ["new-access"] }, "new-refresh"],
  [
    "an access token only inherited",
    '{"__proto__":{"access_token":"new-access"},"refresh_token":"new-refresh"}',
    "new-refresh"
  ],
  ["CR LF in the access token", { ...body, access_token: "new\r\nSet-Cookie: a=b" }, "new-refresh"],
  ["NUL in the access token", { ...body, access_token: "new\u0000" }, "new-refresh"],
  ["an access token beyond ASCII", { ...body, access_token: "né" }, "new-refresh"],
  ["an access token too long", { ...body, access_token: "a".repeat(16_385) }, "new-refresh"],
  ["a DPoP token", { ...body, token_type: "DPoP" }, "new-refresh"],
  ["a MAC token", { ...body, token_type: "mac" }, "new-refresh"],
  ["a token_type of no text", { ...body, token_type: 1 }, "new-refresh"],
  ["a MAC token without a refresh token", { access_token: "new-access", token_type: "mac" }, null],
  ["no access token, and LF in the refresh token", { refresh_token: "new\n" }, null],
  ["no access token, and a refresh token too long", { refresh_token: "a".repeat(16_385) }, null],
  ["no access token, and a refresh token only inherited", '{"__proto__":{"refresh_token":"new-refresh"}}', null],
  ["nothing", "{}", null],
  ["a text", '"new-refresh"', null],
  ["a list", '[{"refresh_token":"new-refresh"}]', null],
  ["null", "null", null],
  ["no JSON", '{"refresh_token":"new-refresh"', null],
  ["an empty body", "", null]
]

describe("token answers", () => {
  for (const [what, sent, expected] of mended) {
    overHttp(`lose nothing: ${what}`, () =>
      Effect.map(answered(sent), (answer) => assert.deepStrictEqual(answer, { ...plain, ...expected }))
    )
  }

  for (const [what, sent, refreshToken] of unusable) {
    overHttp(`are not used, but for ${refreshToken ?? "nothing"} of them: ${what}`, () =>
      Effect.map(answered(sent), (answer) =>
        assert.deepStrictEqual(answer, { failure: "TokenAnswerUnusable", refresh: refreshToken })
      )
    )
  }

  overHttp("are read though compressed without having been asked for", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("token", () => gzipped(JSON.stringify(body)))
      const answer = yield* refresh(registered({ issuer: server.issuer }))
      assert.strictEqual(Redacted.value(answer.accessToken), "new-access")
    })
  )

  overHttp("of an exchange are mended too", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n" }
      server.on("token", async () =>
        json({ ...(await server.tokens()), expires_in: null, token_type: undefined, scope: ["a"] })
      )
      const answer = yield* exchange(registered({ issuer: server.issuer }))
      assert.deepStrictEqual(answer.expiresIn, Option.none())
      assert.strictEqual(Option.getOrThrow(answer.scopes).join(), "a")
      assert.strictEqual(answer.account.id, "108")
    })
  )

  overHttp("never print their tokens", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer })
      const answer = yield* refresh(provider)
      const unusable = yield* Effect.flip(readRefreshAnswer(provider, '{"refresh_token":"the-refresh-token"}'))
      assert.isTrue(Option.isSome(unusable.refreshToken))
      for (const one of [answer, unusable]) {
        assert.notMatch(`${JSON.stringify(one)}${inspect(one)}`, /the-access-token|the-refresh-token/)
      }
    })
  )
})
