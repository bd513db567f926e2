import { readProvider } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { manifest, wellFormed } from "./Manifest.ts"

const told = (candidate: unknown): ReadonlyArray<string> =>
  Result.match(readProvider(candidate), { onFailure: (lines) => lines, onSuccess: () => [] })

const settings = (name: string) => ({ settings: { [name]: { title: "A setting", default: "x" } } })

const pattern = (numberInDescription: string) => ({ errors: { numberInDescription, rules: [] } })

const slow = ["errors.numberInDescription: must repeat at most two things, and no group"]

const own = { kind: "request", reach: "token", method: "POST", body: { token: "{token}" } }

const issuerAt = (issuer: string) => ({ ...wellFormed.location, issuer })

const byTenant = {
  identity: { kind: "id_token", issuerClaims: { tenant: "tid" } },
  identityScopes: ["openid"],
  scopes: [{ value: "openid", title: "Sign in", description: "Tells who it is.", sensitivity: "basic" }],
  features: []
}

describe("a description is searched in a time that who writes it cannot stretch, so that a pattern", () => {
  const refused = [
    "(a+)+(\\d+)",
    "(a|aa)*(\\d+)",
    "(?:a|aa)+x",
    "(a?){30}x",
    "a?a?a?x",
    "\\s*\\s*\\s*x",
    "(\\d+)\\1",
    "(?=a)(\\d+)",
    "(?<!a)(\\d+)",
    "a".repeat(201)
  ]
  it.each(refused)("%s is refused", (text) => assert.deepStrictEqual(told(manifest(pattern(text))), slow))

  const taken = ["AADSTS(\\d+)", "^E(\\d{3,9}):", "\\(code: *([0-9]+)\\)", "[)*+?]+ \\[(\\d+)\\]", "(?:a|b)(\\d+)"]
  it.each(taken)("%s is taken", (text) => assert.deepStrictEqual(told(manifest(pattern(text))), []))
})

describe("what stands in braces is filled in at its own place alone, so that", () => {
  const unknown: ReadonlyArray<readonly [what: string, changes: Record<string, unknown>, path: string, name: string]> =
    [
      [
        "a claim in an issuer whose ID tokens nobody reads",
        { location: issuerAt("https://a.example/{tenant}") },
        "location.issuer",
        "tenant"
      ],
      [
        "the client in an endpoint",
        { location: { kind: "discovery", issuer: "https://a.example/{client_id}" } },
        "location.issuer",
        "client_id"
      ],
      [
        "the token in an address",
        { revocation: { ...own, url: "https://a.example/{token}" } },
        "revocation.url",
        "token"
      ],
      [
        "the client in a revocation's body",
        { revocation: { ...own, body: { id: "{client_id}" } } },
        "revocation.body.id",
        "client_id"
      ],
      [
        "the scope in a header",
        { tokenRequests: { headers: { "X-Scope": "{scope}" } } },
        "tokenRequests.headers.X-Scope",
        "scope"
      ],
      [
        "a claim in an endpoint",
        { ...byTenant, api: { baseUrl: "https://a.example/{tenant}" } },
        "api.baseUrl",
        "tenant"
      ]
    ]
  it.each(unknown)("%s is refused", (_, changes, path, name) =>
    assert.include(told(manifest(changes)), `${path}: {${name}} is no setting of the plugin`)
  )

  const known: ReadonlyArray<readonly [what: string, changes: Record<string, unknown>]> = [
    ["a claim in an issuer", { ...byTenant, location: issuerAt("https://a.example/{tenant}") }],
    [
      "a claim in an issuer's alias",
      { ...byTenant, identity: { ...byTenant.identity, issuerAliases: ["a.example/{tenant}"] } }
    ],
    ["the token in a revocation's body", { revocation: own }],
    [
      "all of a request in the link for administrators",
      { links: { adminConsent: "https://a.example/?c={client_id}&r={redirect_uri}&s={scope}" } }
    ],
    ["a setting in a header", { ...settings("version"), tokenRequests: { headers: { "X-Version": "{version}" } } }]
  ]
  it.each(known)("%s is taken", (_, changes) => assert.deepStrictEqual(told(manifest(changes)), []))
})

describe("a manifest is refused when it", () => {
  const rows: ReadonlyArray<readonly [what: string, changes: Record<string, unknown>, line: string]> = [
    [
      "takes a variable's name for a setting",
      settings("token"),
      "settings.token: is a setting that every provider has"
    ],
    ["takes another's too", settings("scope"), "settings.scope: is a setting that every provider has"],
    [
      "would never ask its own hook",
      { hooks: { acceptsIdentity: () => true } },
      "hooks.acceptsIdentity: is never asked, since identity is not by an ID token"
    ],
    ...["Accept-Encoding", "Expect", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"].map(
      (name): readonly [string, Record<string, unknown>, string] => [
        `sets ${name}`,
        { tokenRequests: { headers: { [name]: "x" } } },
        `tokenRequests.headers.${name}: is a header that the service sets`
      ]
    )
  ]
  it.each(rows)("%s", (_, changes, line) => assert.deepStrictEqual(told(manifest(changes)), [line]))
})

describe("a revocation of the provider's own sends the token, so that", () => {
  const bodies: ReadonlyArray<readonly [what: string, body: Record<string, string>]> = [
    ["a body without it", { reason: "ended" }],
    ["a body in which it is but a part", { token: "Bearer {token}" }],
    ["a body that has it twice", { token: "{token}", access_token: "{token}" }]
  ]
  it.each(bodies)("%s is refused", (_, body) =>
    assert.include(
      told(manifest({ revocation: { ...own, body } })),
      "revocation.body: must have exactly one member whose value is {token}"
    )
  )
})
