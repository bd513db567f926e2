import { readProvider } from "@oauth-manager/provider-sdk"
import { Result } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { manifest } from "./Manifest.ts"
import { basics } from "./malformed/Basics.ts"
import { catalogue } from "./malformed/Catalogue.ts"
import { client } from "./malformed/Client.ts"
import { identity } from "./malformed/Identity.ts"
import { location } from "./malformed/Location.ts"
import { presentation } from "./malformed/Presentation.ts"
import { tokens } from "./malformed/Tokens.ts"

const malformed = [...basics, ...location, ...client, ...tokens, ...identity, ...catalogue, ...presentation]

const told = (candidate: unknown): ReadonlyArray<string> =>
  Result.match(readProvider(candidate), { onFailure: (lines) => lines, onSuccess: () => [] })

describe("a manifest is refused, and its author told each field and what was expected, when it", () => {
  it.each(malformed)("%s", (_, candidate, lines) => assert.deepStrictEqual(told(candidate), lines))
})

describe("a manifest that is odd and right is taken when it", () => {
  const hook = () => ({})
  const odd: ReadonlyArray<readonly [string, unknown]> = [
    ["has nothing but what it needs", manifest({ api: undefined, features: [] })],
    [
      "has no scopes, and features all the same",
      manifest({
        identityScopes: [],
        scopes: [],
        features: [{ id: "acme.pages", title: "Show your pages", scopes: [] }]
      })
    ],
    ["issues no refresh tokens", manifest({ refreshTokens: false })],
    ["keeps old refresh tokens alive for a while", manifest({ refreshTokens: { rotation: { grace: 30 } } })],
    ["takes a public client", manifest({ clientAuthentication: "none" })],
    ["takes a key or a secret", manifest({ clientAuthentication: ["private_key_jwt", "client_secret_post"] })],
    ["is on loopback without TLS", manifest({ location: { kind: "discovery", issuer: "http://127.0.0.1:8003" } })],
    ["is on loopback in IPv6", manifest({ location: { kind: "discovery", issuer: "http://[::1]:8003" } })],
    [
      "has a setting in its URLs",
      manifest({
        location: { kind: "discovery", issuer: "https://login.acme.example/{tenant}/v2.0" },
        settings: { tenant: { title: "Tenant", default: "common", pattern: "[a-z]+" } }
      })
    ],
    [
      "identifies by two members together",
      manifest({ identity: { kind: "token_response", id: ["workspace", "owner.0.id"] } })
    ],
    [
      "asks the API with a query",
      manifest({ identity: { kind: "api", path: "/channels?part=id&mine=true", id: "items.0.id" } })
    ],
    ["cannot be told of a revocation", manifest({ revocation: { kind: "unsupported" } })],
    [
      "names a scope by a URL that is none of its aliases",
      manifest({
        scopes: [
          {
            value: "https://acme.example/auth/notes",
            title: "Notes",
            description: "Reads notes.",
            sensitivity: "restricted",
            aliases: ["notes"]
          }
        ],
        identityScopes: [],
        features: [{ id: "acme.notes", title: "Notes", scopes: ["notes"] }]
      })
    ],
    ["has hooks", manifest({ hooks: { tokenResponse: hook, account: hook } })],
    [
      "has a logo of shapes",
      manifest({
        brand: { color: "#0aF0fA", monogram: "Æ", logo: '<svg viewBox="0 0 8 8"><g><path d="M0 0h8v8z"/></g></svg>' }
      })
    ],
    ["was frozen", Object.freeze(manifest({}))],
    ["has no prototype", Object.assign(Object.create(null), manifest({}))]
  ]
  it.each(odd)("%s", (_, candidate) => assert.deepStrictEqual(told(candidate), []))
})
