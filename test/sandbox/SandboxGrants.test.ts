import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import type { Cookies } from "effect/http"
import { consent } from "../../apps/server/src/sandbox/SandboxBrowser.ts"
import { beginAuthorization, connect, introspect, refresh, revoke, startSandbox, userInfo } from "./SandboxClient.ts"

interface Connected {
  readonly accessToken: string
  readonly refreshToken: string
}

const openBrowser = Effect.gen(function* () {
  const { issuer } = yield* startSandbox()
  const cookies = yield* Ref.make<ReadonlyArray<Cookies.Cookie>>([])
  return { issuer, cookies }
})

const statuses = Effect.fnUntraced(function* (issuer: string, connected: Connected) {
  return [
    (yield* userInfo(issuer, connected.accessToken)).status,
    (yield* refresh(issuer, connected.refreshToken)).status
  ]
})

const scopes = { scope: "openid sandbox.notes.read sandbox.calendar.read" }
const quiet = { ...scopes, prompt: "none" }

describe("the grants of one browser's session", () => {
  it.effect("are one for each consent: revoking either connection leaves the other's tokens alone", () =>
    Effect.gen(function* () {
      for (const ended of [0, 1] as const) {
        const left = ended === 0 ? 1 : 0
        const { cookies, issuer } = yield* openBrowser
        const connections = [yield* connect(issuer, { cookies }), yield* connect(issuer, { cookies })] as const
        yield* revoke(issuer, connections[ended].refreshToken)
        assert.deepStrictEqual(yield* statuses(issuer, connections[ended]), [401, 400])
        assert.deepStrictEqual(yield* statuses(issuer, connections[left]), [200, 200])
      }
    })
  )

  it.effect("keep their scopes when a later consent allows fewer", () =>
    Effect.gen(function* () {
      const { cookies, issuer } = yield* openBrowser
      const wide = yield* connect(issuer, { cookies, parameters: scopes })
      const narrow = yield* connect(issuer, { cookies, parameters: scopes, scopes: ["sandbox.notes.read"] })
      assert.deepStrictEqual(narrow.scope, ["openid", "sandbox.notes.read"])
      assert.strictEqual((yield* introspect(issuer, wide.accessToken)).body["scope"], scopes.scope)
      assert.strictEqual((yield* refresh(issuer, wide.refreshToken)).body["scope"], scopes.scope)
      assert.strictEqual((yield* refresh(issuer, narrow.refreshToken)).body["scope"], "openid sandbox.notes.read")
    })
  )

  it.effect("outlive the session's change to another account", () =>
    Effect.gen(function* () {
      const { cookies, issuer } = yield* openBrowser
      const ada = yield* connect(issuer, { cookies })
      const bob = yield* connect(issuer, { cookies, account: "bob" })
      assert.deepStrictEqual(yield* statuses(issuer, ada), [200, 200])
      yield* revoke(issuer, ada.refreshToken)
      assert.deepStrictEqual(yield* statuses(issuer, bob), [200, 200])
    })
  )
})

describe("prompt=none", () => {
  it.effect("is answered from the last consent, with a grant of its own", () =>
    Effect.gen(function* () {
      const { cookies, issuer } = yield* openBrowser
      const asked = yield* connect(issuer, { cookies, parameters: scopes, scopes: ["sandbox.notes.read"] })
      const first = yield* connect(issuer, { cookies, parameters: quiet })
      const second = yield* connect(issuer, { cookies, parameters: { ...quiet, scope: "openid sandbox.notes.read" } })
      assert.deepStrictEqual(first.scope, asked.scope)
      assert.deepStrictEqual(second.scope, asked.scope)
      yield* revoke(issuer, first.refreshToken)
      assert.deepStrictEqual(yield* statuses(issuer, first), [401, 400])
      assert.deepStrictEqual(yield* statuses(issuer, asked), [200, 200])
      assert.deepStrictEqual(yield* statuses(issuer, second), [200, 200])
    })
  )

  it.effect("is refused to a stranger, for a scope not yet decided on, and once the last grant was revoked", () =>
    Effect.gen(function* () {
      const { cookies, issuer } = yield* openBrowser
      const errorOf = Effect.fnUntraced(function* (parameters: Readonly<Record<string, string>>) {
        const callback = yield* consent((yield* beginAuthorization(issuer, parameters)).url, { cookies })
        return callback.searchParams.get("error")
      })
      assert.strictEqual(yield* errorOf(quiet), "login_required")
      const connected = yield* connect(issuer, { cookies, parameters: scopes })
      assert.strictEqual(yield* errorOf({ ...quiet, scope: "openid sandbox.notes.write" }), "consent_required")
      yield* revoke(issuer, connected.refreshToken)
      assert.strictEqual(yield* errorOf(quiet), "consent_required")
    })
  )
})
