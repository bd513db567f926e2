import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { atNow, audience, claims, type Claims, ec, now, outcome, sign, signingKey } from "./JwtIssuer.ts"

const ada = { scope: { tenant: "default", user: "ada" }, roles: ["user"], permissions: [] }

const said = (more: Claims, overrides: Parameters<typeof outcome>[1] = {}) =>
  Effect.gen(function* () {
    yield* atNow
    const token = yield* Effect.promise(() => sign({ ...claims, ...more }))
    return yield* outcome(token, overrides)
  })

describe("a token that is good", () => {
  it.effect.each(["RS256", "PS256", "ES256", "ES384", "EdDSA"])("may be signed with %s", (alg) =>
    Effect.gen(function* () {
      yield* atNow
      const key = yield* Effect.promise(() => signingKey(alg, "k"))
      const token = yield* Effect.promise(() => sign(claims, key))
      assert.deepStrictEqual(yield* outcome(token, { keys: { kind: "local", jwks: { keys: [key.jwk] } } }), ada)
    })
  )

  it.effect.each(["at+jwt", "JWT", "jwt", "AT+JWT", "application/at+jwt", undefined])("may be of the type %s", (typ) =>
    Effect.gen(function* () {
      yield* atNow
      const token = yield* Effect.promise(() => sign(claims, ec, { typ }))
      assert.deepStrictEqual(yield* outcome(token), ada)
    })
  )

  it.effect("may leave out which key signed it, where there are several", () =>
    Effect.gen(function* () {
      yield* atNow
      const { kid: _, ...second } = (yield* Effect.promise(() => signingKey("ES256", "x"))).jwk
      const { kid: __, ...first } = ec.jwk
      const keys = { kind: "local" as const, jwks: { keys: [second, first] } }
      const token = yield* Effect.promise(() => sign(claims, { ...ec, jwk: first }))
      assert.deepStrictEqual(yield* outcome(token, { keys }), ada)
      const stranger = yield* Effect.promise(async () => {
        const key = await signingKey("ES256", "y")
        return sign(claims, { ...key, jwk: first })
      })
      assert.strictEqual(yield* outcome(stranger, { keys }), "signature")
      const late = yield* Effect.promise(() => sign({ ...claims, exp: now - 60 }, { ...ec, jwk: first }))
      assert.strictEqual(yield* outcome(late, { keys }), "expired")
    })
  )

  it.effect("may name several audiences, and the deployment too", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said({ aud: ["other", audience] }), ada)
      assert.deepStrictEqual(yield* said({}, { audience: ["new-name", audience] }), ada)
    })
  )
})

describe("times", () => {
  it.effect.each([
    ["exp", now - 29, true],
    ["exp", now - 30, false],
    ["exp", now - 31, false],
    ["nbf", now + 29, true],
    ["nbf", now + 30, true],
    ["nbf", now + 31, false],
    ["iat", now + 30, true],
    ["iat", now + 31, false],
    ["iat", now - 86_400, true]
  ] as const)("tolerate clocks that are 30 seconds apart: %s %d", ([claim, value, accepted]) =>
    Effect.gen(function* () {
      const seen = yield* said({ [claim]: value })
      assert.deepStrictEqual(seen, accepted ? ada : claim === "exp" ? "expired" : "not_yet_valid")
    })
  )
})

describe("what the claims grant", () => {
  it.effect.each([
    ["a list of roles", { roles: ["service", "admin"] }, { roles: ["service", "admin"] }],
    ["roles with spaces between", { roles: "user service" }, { roles: ["user", "service"] }],
    ["roles nobody knows", { roles: ["root", "user", 7, null] }, { roles: ["user"] }],
    ["no roles", { roles: undefined }, { roles: [] }],
    ["roles that are no list", { roles: { admin: true } }, { roles: [] }],
    [
      "permissions",
      { scope: "tokens:read openid integrations:read" },
      { permissions: ["tokens:read", "integrations:read"] }
    ],
    ["a list of permissions", { scope: ["tokens:read"] }, { permissions: ["tokens:read"] }],
    ["permissions nobody knows", { scope: "tokens:write *" }, { permissions: [] }]
  ] as const)("%s", ([, more, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said(more), { ...ada, ...expected })
    })
  )

  it.effect("is read from the claims that the deployment names", () =>
    Effect.gen(function* () {
      const names = { roles: "https://app/roles", scope: "permissions" }
      const more = {
        "https://app/roles": ["service"],
        permissions: ["tokens:read"],
        roles: ["admin"],
        scope: "integrations:read"
      }
      assert.deepStrictEqual(yield* said(more, { claims: names }), {
        ...ada,
        roles: ["service"],
        permissions: ["tokens:read"]
      })
    })
  )
})

describe("the product's own names of roles", () => {
  const roles = new Map([
    ["backend", ["service"]],
    ["ops", ["admin", "auditor"]]
  ] as const)

  it.effect.each([
    [["backend"], ["service"]],
    [
      ["ops", "backend", "ops"],
      ["admin", "auditor", "service"]
    ],
    // Ours mean nothing where the product has named its own
    [["admin", "service", "user"], []],
    [["constructor", "__proto__", 7, null], []]
  ] as const)("%j mean %j", ([named, expected]) =>
    Effect.map(said({ roles: named }, { meanings: { roles } }), (seen) =>
      assert.deepStrictEqual(seen, { ...ada, roles: expected })
    )
  )

  it.effect("bring along what the deployment lets roles do", () => {
    const permissions = { user: [], service: [], admin: [], auditor: ["audit:read"] } as const
    return Effect.map(said({}, { meanings: { permissions } }), (seen) =>
      assert.deepStrictEqual(seen, { ...ada, rolePermissions: permissions })
    )
  })
})

describe("the client that the token was issued to", () => {
  it.effect.each([
    ["azp", { azp: "app" }, { client: "app" }],
    ["client_id", { client_id: "app" }, { client: "app" }],
    ["azp before client_id", { azp: "app", client_id: "other" }, { client: "app" }],
    ["the longest", { azp: "a".repeat(255) }, { client: "a".repeat(255) }],
    ["none that is longer", { azp: "a".repeat(256) }, {}],
    ["none that is empty", { client_id: "" }, {}],
    ["none with control characters", { azp: "a\u0000" }, {}],
    ["none that is no text", { azp: ["app"] }, {}]
  ] as const)("%s", ([, more, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said(more), { ...ada, ...expected })
    })
  )
})

describe("the tenant", () => {
  const claimsWithTenant = { claims: { tenant: "org" } }

  it.effect("is the one that the named claim says", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said({ org: "acme" }, claimsWithTenant), {
        ...ada,
        scope: { tenant: "acme", user: "ada" }
      })
    })
  )

  it.effect.each([undefined, "", null, 7, ["acme"], ["acme", "acme"], { id: "acme" }, "a\u0000b", "x".repeat(256)])(
    "cannot be %j",
    (org) => Effect.map(said({ org }, claimsWithTenant), (seen) => assert.strictEqual(seen, "tenant"))
  )

  it.effect("is `default` where no claim is named, whatever the token says", () =>
    Effect.map(said({ org: "acme", tenant: "acme" }), (seen) => assert.deepStrictEqual(seen, ada))
  )

  it.effect("is never inherited", () =>
    Effect.map(said({}, { claims: { tenant: "constructor" } }), (seen) => assert.strictEqual(seen, "tenant"))
  )
})

describe("the subject", () => {
  it.effect.each(["a", "x".repeat(255), "auth0|42", "日本"])("may be %s", (sub) =>
    Effect.map(said({ sub }), (seen) =>
      assert.deepStrictEqual(seen, { ...ada, scope: { tenant: "default", user: sub } })
    )
  )

  it.effect.each(["", "x".repeat(256), "a\u0000", "a\nb", "\ud800", 7, null, ["ada"], { id: "ada" }])(
    "cannot be %j",
    (sub) => Effect.map(said({ sub }), (seen) => assert.strictEqual(seen, "subject"))
  )
})
