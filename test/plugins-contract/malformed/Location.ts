import { manifest } from "../Manifest.ts"
import { secureUrl, type Malformed } from "./Malformed.ts"

const endpoints = {
  authorization: "https://acme.example/authorize",
  token: "https://acme.example/token",
  revocation: "https://acme.example/revoke"
}

export const location: ReadonlyArray<Malformed> = [
  [
    "has no location",
    manifest({ location: undefined }),
    ["location: is missing; it must be an object whose kind is endpoints or discovery"]
  ],
  [
    "has a URL as its location",
    manifest({ location: "https://acme.example" }),
    ["location: must be an object whose kind is endpoints or discovery"]
  ],
  [
    "has a location of no kind",
    manifest({ location: { issuer: "https://acme.example" } }),
    ["location.kind: is missing; it must be endpoints or discovery"]
  ],
  [
    "has a location of an unknown kind",
    manifest({ location: { kind: "well-known", issuer: "https://acme.example" } }),
    ["location.kind: must be endpoints or discovery"]
  ],
  [
    "discovers from nowhere",
    manifest({ location: { kind: "discovery" } }),
    [`location.issuer: is missing; it ${secureUrl}`]
  ],
  [
    "discovers without TLS",
    manifest({ location: { kind: "discovery", issuer: "http://acme.example" } }),
    [`location.issuer: ${secureUrl}`]
  ],
  [
    "has an issuer with a user",
    manifest({ location: { kind: "discovery", issuer: "https://user@acme.example" } }),
    [`location.issuer: ${secureUrl}`]
  ],
  [
    "has an issuer with a fragment",
    manifest({ location: { kind: "discovery", issuer: "https://acme.example/#x" } }),
    [`location.issuer: ${secureUrl}`]
  ],
  [
    "has an issuer with a backslash",
    manifest({ location: { kind: "discovery", issuer: "https://acme.example\\@evil.example" } }),
    [`location.issuer: ${secureUrl}`]
  ],
  [
    "has no token endpoint",
    manifest({ location: { kind: "endpoints", endpoints: { authorization: "https://acme.example/a" } } }),
    [`location.endpoints.token: is missing; it ${secureUrl}`]
  ],
  [
    "has a path as an endpoint",
    manifest({ location: { kind: "endpoints", endpoints: { ...endpoints, token: "/token" } } }),
    [`location.endpoints.token: ${secureUrl}`]
  ],
  [
    "has an endpoint of an unknown name",
    manifest({
      location: {
        kind: "endpoints",
        endpoints: { ...endpoints, userinfo: "https://acme.example/me", device: "https://acme.example/device" }
      }
    }),
    ["location.endpoints.device: is not a field of the plugin contract"]
  ],
  [
    "has an API host with a scheme",
    manifest({ api: { baseUrl: "https://api.acme.example", hosts: ["https://api.acme.example"] } }),
    ["api.hosts.0: must be a host name"]
  ]
]
