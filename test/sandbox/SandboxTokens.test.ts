import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect, introspect, refresh, revoke, startSandbox, userInfo } from "./SandboxClient.ts"

describe("tokens of the sandbox", () => {
  it.effect("refreshes, and keeps the refresh token where rotation is off", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox({ accessTokenTtlSeconds: 120 })
      const connected = yield* connect(issuer)
      assert.strictEqual(connected.expiresIn, 120)
      const refreshed = yield* refresh(issuer, connected.refreshToken)
      assert.strictEqual(refreshed.status, 200)
      assert.strictEqual(refreshed.body["refresh_token"], connected.refreshToken)
      assert.notStrictEqual(refreshed.body["access_token"], connected.accessToken)
      assert.strictEqual((yield* userInfo(issuer, String(refreshed.body["access_token"]))).status, 200)
    })
  )

  it.effect("issues a refresh token without offline_access, unless told not to", () =>
    Effect.gen(function* () {
      const parameters = { scope: "openid" }
      const usual = yield* startSandbox()
      assert.notStrictEqual((yield* connect(usual.issuer, { parameters })).refreshToken, "")
      const without = yield* startSandbox({ issueRefreshTokens: false })
      assert.strictEqual((yield* connect(without.issuer, { parameters })).refreshToken, "")
    })
  )

  it.effect("with rotation refuses a refresh token used twice, and revokes what came of it", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox({ rotateRefreshTokens: true })
      const connected = yield* connect(issuer)
      const rotated = yield* refresh(issuer, connected.refreshToken)
      assert.notStrictEqual(rotated.body["refresh_token"], connected.refreshToken)
      const reused = yield* refresh(issuer, connected.refreshToken)
      assert.deepStrictEqual([reused.status, reused.body["error"]], [400, "invalid_grant"])
      const successor = yield* refresh(issuer, String(rotated.body["refresh_token"]))
      assert.deepStrictEqual([successor.status, successor.body["error"]], [400, "invalid_grant"])
    })
  )

  it.effect("with rotation lets one of many simultaneous refreshes through", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox({ rotateRefreshTokens: true })
      const { refreshToken } = yield* connect(issuer)
      const answers = yield* Effect.all(
        Array.from({ length: 5 }, () => refresh(issuer, refreshToken)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map((answer) => answer.status).toSorted(), [200, 400, 400, 400, 400])
    })
  )

  it.effect("revoking the refresh token ends the access token and every refresh", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const connected = yield* connect(issuer)
      assert.isTrue((yield* introspect(issuer, connected.accessToken)).body["active"])
      assert.strictEqual((yield* revoke(issuer, connected.refreshToken)).status, 200)
      assert.strictEqual((yield* userInfo(issuer, connected.accessToken)).status, 401)
      assert.isFalse((yield* introspect(issuer, connected.accessToken)).body["active"])
      const refused = yield* refresh(issuer, connected.refreshToken)
      assert.deepStrictEqual([refused.status, refused.body["error"]], [400, "invalid_grant"])
      assert.strictEqual((yield* connect(issuer)).claims?.sub, "ada")
    })
  )
})
