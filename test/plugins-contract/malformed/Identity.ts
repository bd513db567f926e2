import { manifest } from "../Manifest.ts"
import { type Malformed } from "./Malformed.ts"

const endpoints = {
  authorization: "https://acme.example/authorize",
  token: "https://acme.example/token",
  revocation: "https://acme.example/revoke"
}

export const identity: ReadonlyArray<Malformed> = [
  [
    "identifies by e-mail address",
    manifest({ identity: { kind: "email" } }),
    ["identity.kind: must be id_token, userinfo, api or token_response"]
  ],
  [
    "identifies in no way",
    manifest({ identity: {} }),
    ["identity.kind: is missing; it must be id_token, userinfo, api or token_response"]
  ],
  [
    "identifies by nothing in userinfo",
    manifest({ identity: { kind: "userinfo" } }),
    ["identity.id: is missing; it must be a string or a list that is not empty"]
  ],
  ["identifies by no path", manifest({ identity: { kind: "userinfo", id: [] } }), ["identity.id: must not be empty"]],
  [
    "identifies by a path with brackets",
    manifest({ identity: { kind: "userinfo", id: "items[0].id" } }),
    ["identity.id: must be names of members joined by dots, such as items.0.id"]
  ],
  [
    "identifies by userinfo without the endpoint",
    manifest({ location: { kind: "endpoints", endpoints } }),
    ["location.endpoints.userinfo: must be given, since identity uses it"]
  ],
  [
    "identifies by an ID token without keys and issuer",
    manifest({ identity: { kind: "id_token" }, location: { kind: "endpoints", endpoints } }),
    [
      "location.endpoints.jwks: must be given, since identity verifies an ID token",
      "location.issuer: must be given, since identity verifies an ID token",
      "identityScopes: must hold openid, since identity needs an ID token"
    ]
  ],
  [
    "identifies by an API that is none",
    manifest({ api: undefined, identity: { kind: "api", path: "/me", id: "id" } }),
    ["api: must be given, since identity asks the API"]
  ],
  [
    "identifies by a path beside the API",
    manifest({ identity: { kind: "api", path: "me", id: "id" } }),
    ["identity.path: must be a path below the API's base URL, beginning with /"]
  ],
  [
    "asks for a set-up that it does not describe",
    manifest({
      identity: {
        kind: "api",
        path: "/me",
        id: "id",
        setupRequired: { error: { status: "401", path: "error.code", is: [] } }
      }
    }),
    [
      "identity.setupRequired.text: is missing; it must be 1 to 500 characters of one line",
      "identity.setupRequired.error.status: must be a number",
      "identity.setupRequired.error.is: must not be empty"
    ]
  ],
  [
    "reads errors by rules that name nothing",
    manifest({ errors: { rules: [{ means: "retry" }] } }),
    ["errors.rules.0: must name a status, an error, a suberror, numbers or a description"]
  ],
  [
    "has an error that means panic",
    manifest({ errors: { rules: [{ means: "panic", error: ["x"] }] } }),
    ["errors.rules.0.means: must be retry, reauthorize, admin_action, misconfigured or restart_flow"]
  ],
  [
    "has a rule for an unknown place and a status as text",
    manifest({ errors: { rules: [{ means: "retry", at: ["login"], status: ["500"] }] } }),
    ["errors.rules.0.at.0: must be callback, exchange or refresh", "errors.rules.0.status.0: must be a number"]
  ],
  [
    "finds numbers by no expression",
    manifest({ errors: { numberInDescription: "[", rules: [] } }),
    ["errors.numberInDescription: must be a regular expression"]
  ],
  [
    "has a hook that is data",
    manifest({ hooks: { tokenResponse: { access_token: "x" } } }),
    ["hooks.tokenResponse: must be a function"]
  ],
  [
    "has a hook that is none",
    manifest({ hooks: { beforeToken: () => ({}) } }),
    ["hooks.beforeToken: is not a field of the plugin contract"]
  ]
]
