import { OAuthClient } from "@oauth-manager/application"
import type { Hooks, JsonObject, ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, refresh, shown } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

const start = Effect.fnUntraced(function* (hooks: Hooks, changes: Partial<ProviderManifest> = {}) {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n" }
  return { server, provider: deployed(sample(server.issuer, { hooks, ...changes })) }
})

const odd = (hook: () => unknown) => hook as () => never

const fail = (): never => {
  throw new Error("canary")
}

/** What no hook may answer; the types would not let it pass. */
const garbage: ReadonlyArray<readonly [what: string, hook: () => never]> = [
  ["throws", fail],
  ["answers nothing", odd(() => undefined)],
  ["answers null", odd(() => null)],
  ["answers a number", odd(() => 7)],
  ["answers a text", odd(() => "canary")],
  ["answers a list", odd(() => ["canary"])],
  ["answers a function", odd(() => fail)],
  ["answers a promise", odd(async () => ({ id: "canary", access_token: "canary" }))],
  ["answers a promise that fails", odd(async () => fail())],
  ["answers what throws when it is read", odd(() => Object.defineProperty({}, "id", { enumerable: true, get: fail }))],
  ["answers what has nothing of its own", odd(() => Object.create({ id: "canary", access_token: "canary" }))]
]

const unhandled = Effect.acquireRelease(
  Effect.sync(() => {
    const seen: Array<unknown> = []
    const listener = (reason: unknown) => void seen.push(reason)
    process.on("unhandledRejection", listener)
    return { seen, listener }
  }),
  ({ listener }) => Effect.sync(() => process.off("unhandledRejection", listener))
)

describe("a hook for token responses", () => {
  overHttp("brings them into the standard's form", () =>
    Effect.gen(function* () {
      const tokenResponse = ({ authed_user }: JsonObject) => authed_user as JsonObject
      const { provider, server } = yield* start({ tokenResponse })
      server.on("token", () =>
        json({ ok: true, authed_user: { access_token: "inner", token_type: "user", scope: "notes" } })
      )
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "TokenAnswerUnusable")
      server.on("token", () => json({ ok: true, authed_user: { access_token: "inner", scope: "notes" } }))
      const answer = yield* refresh(provider)
      assert.strictEqual(Redacted.value(answer.accessToken), "inner")
      assert.deepStrictEqual(
        Option.map(answer.scopes, (list) => [...list]),
        Option.some(["notes"])
      )
    })
  )

  overHttp("is not asked about errors", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({ tokenResponse: () => ({ access_token: "made up" }) })
      server.on("token", () => json({ error: "invalid_grant" }, 400))
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "GrantRefused")
    })
  )
})

describe("a hook for the account", () => {
  overHttp("takes the place of the paths, and what it tells is made fit to store and show", () =>
    Effect.gen(function* () {
      const account = ({ sub }: JsonObject) => ({ id: `person ${String(sub)}`, name: "A\u0000da", email: "" })
      const { provider, server } = yield* start({ account })
      server.on("userinfo", () => json({}, 500))
      assert.deepStrictEqual((yield* exchange(provider)).account, {
        key: `${server.issuer}#person 108`,
        id: "person 108",
        name: "Ada"
      })
    })
  )

  overHttp("is shown a token response without its tokens", () =>
    Effect.gen(function* () {
      const seen: Array<JsonObject> = []
      const account = (body: JsonObject) => {
        seen.push(body)
        return { id: String(body["workspace"]) }
      }
      const identity = { kind: "token_response", id: "workspace" } as const
      const { provider, server } = yield* start({ account }, { identity, identityScopes: ["notes"] })
      server.on("token", async () => json({ ...(await server.tokens()), workspace: "w1" }))
      assert.strictEqual((yield* exchange(provider)).account.id, "w1")
      assert.deepStrictEqual(seen, [
        { token_type: "Bearer", expires_in: 3599, scope: "openid email profile", workspace: "w1" }
      ])
    })
  )

  overHttp("must tell an id that can be kept", () =>
    Effect.gen(function* () {
      for (const id of ["", "a\u0000", "\ud800", "a".repeat(256), 7 as unknown as string]) {
        const { provider } = yield* start({ account: () => ({ id }) })
        assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected", JSON.stringify(id))
      }
    })
  )
})

describe("a hook for errors", () => {
  const errors: ProviderManifest["errors"] = { rules: [{ means: "admin_action", error: ["blocked"] }] }

  overHttp("decides before the rules, and leaves to them what it does not know", () =>
    Effect.gen(function* () {
      const classifyError: Hooks["classifyError"] = ({ body, place, status }) =>
        body["error"] === "blocked" && place === "refresh" && status === 403 ? "reauthorize" : undefined
      const { provider, server } = yield* start({ classifyError }, { errors })
      server.on("token", () => json({ error: "blocked" }, 403))
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "GrantRefused")
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "AdminActionRequired")
      server.on("token", () => json({ error: "invalid_client" }, 403))
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "ProviderMisconfigured invalid_client")
    })
  )

  overHttp("decides about the redirect back too", () =>
    Effect.gen(function* () {
      const { provider } = yield* start({
        classifyError: ({ place }) => (place === "callback" ? "admin_action" : undefined)
      })
      const failure = yield* Effect.flip(
        OAuthClient.use((client) => client.readCallback(provider, { error: "access_denied" }))
      )
      assert.propertyVal(failure, "error", "admin_consent_required")
    })
  )

  overHttp("is not asked where the status speaks for itself", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({ classifyError: () => "reauthorize" }, { errors })
      server.on("token", () => json({ error: "blocked" }, 502))
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "ProviderUnavailable server_error")
    })
  )

  overHttp("that names no meaning there is leaves it to the rules", () =>
    Effect.gen(function* () {
      for (const [what, classifyError] of [...garbage, ["answers a name", () => "revoke" as never] as const]) {
        const { provider, server } = yield* start({ classifyError }, { errors })
        server.on("token", () => json({ error: "blocked" }, 403))
        assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "AdminActionRequired", what)
      }
    })
  )
})

describe("a hook that accepts an identity", () => {
  overHttp("is asked with the verified claims and the settings, and only true is yes", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const settings = { domain: { title: "Domain", default: "example.org" } }
      const accepts: Hooks["acceptsIdentity"] = (claims, own) => {
        seen.push(claims["sub"], own)
        return true
      }
      const { provider } = yield* start({ acceptsIdentity: accepts }, { settings })
      assert.strictEqual((yield* exchange(provider)).account.id, "108")
      assert.deepStrictEqual(seen, ["108", { domain: "example.org" }])
      for (const [what, acceptsIdentity] of [...garbage, ["answers no", () => false as never] as const]) {
        const refusing = yield* start({ acceptsIdentity })
        assert.strictEqual(shown(yield* Effect.flip(exchange(refusing.provider))), "IdentityRejected", what)
      }
    })
  )

  overHttp("is not asked about an ID token that is not true", () =>
    Effect.gen(function* () {
      let asked = false
      const { provider, server } = yield* start({ acceptsIdentity: () => (asked = true) })
      server.claims = { nonce: "another" }
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
      assert.isFalse(asked)
    })
  )
})

describe("a hook that is no pure function", () => {
  overHttp("costs the answer, never the server, and tells nothing", () =>
    Effect.gen(function* () {
      const { seen } = yield* unhandled
      for (const [what, hook] of garbage) {
        const byResponse = yield* start({ tokenResponse: hook })
        const unusable = yield* Effect.flip(refresh(byResponse.provider))
        assert.strictEqual(shown(unusable), "TokenAnswerUnusable", what)
        assert(unusable._tag === "TokenAnswerUnusable" && Option.isNone(unusable.refreshToken), what)
        const byAccount = yield* start({ account: hook })
        const rejected = yield* Effect.flip(exchange(byAccount.provider))
        assert.strictEqual(shown(rejected), "IdentityRejected", what)
        for (const failure of [unusable, rejected]) {
          assert.notInclude(JSON.stringify(failure) + String(failure) + (failure.stack ?? ""), "canary", what)
        }
      }
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.deepStrictEqual(seen, [])
    })
  )

  overHttp("changes nothing but copies, now or later", () =>
    Effect.gen(function* () {
      const spoil = (value: JsonObject) => {
        for (const name of Object.keys(value)) Object.assign(value, { [name]: "spoilt" })
      }
      const settings = { domain: { title: "Domain", default: "example.org" } }
      const hooks: Hooks = {
        tokenResponse: (body) => {
          queueMicrotask(() => spoil(body))
          return body
        },
        acceptsIdentity: (claims, own) => {
          spoil(claims)
          spoil(own)
          return true
        },
        account: (claims) => {
          const id = String(claims["sub"])
          spoil(claims)
          return { id }
        },
        classifyError: (error) => {
          spoil(error.body)
          spoil(error as unknown as JsonObject)
          return undefined
        }
      }
      const { provider, server } = yield* start(hooks, { settings })
      const { account } = yield* exchange(provider)
      assert.strictEqual(account.key, `${server.issuer}#108`)
      assert.deepStrictEqual(provider.settings, { domain: "example.org" })
      server.on("token", () => json({ error: "invalid_grant" }, 400))
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "GrantRefused")
    })
  )
})
