import { manifest } from "../Manifest.ts"
import { type Malformed } from "./Malformed.ts"

export const client: ReadonlyArray<Malformed> = [
  [
    "has no client authentication",
    manifest({ clientAuthentication: undefined }),
    [
      "clientAuthentication: is missing; it must be client_secret_basic, client_secret_post, private_key_jwt, none or a list that is not empty"
    ]
  ],
  [
    "has a client authentication that is none",
    manifest({ clientAuthentication: "secret" }),
    [
      "clientAuthentication: must be client_secret_basic, client_secret_post, private_key_jwt, none or a list that is not empty"
    ]
  ],
  [
    "has no method in its client authentication",
    manifest({ clientAuthentication: [] }),
    ["clientAuthentication: must not be empty"]
  ],
  [
    "has an unknown method among its client authentications",
    manifest({ clientAuthentication: ["client_secret_post", "tls_client_auth"] }),
    ["clientAuthentication.1: must be client_secret_basic, client_secret_post, private_key_jwt or none"]
  ],
  [
    "has a method twice",
    manifest({ clientAuthentication: ["client_secret_post", "client_secret_post"] }),
    ["clientAuthentication.1: is listed twice"]
  ],
  [
    "has a public client without PKCE",
    manifest({ clientAuthentication: "none", pkce: "unsupported" }),
    ["pkce: must be required for a client without a secret"]
  ],
  [
    "takes the state for its own",
    manifest({ authorizationParameters: { state: "x" } }),
    ["authorizationParameters.state: is a parameter that the service sets"]
  ],
  [
    "takes PKCE for its own",
    manifest({ refreshTokenParameters: { code_challenge_method: "plain" } }),
    ["refreshTokenParameters.code_challenge_method: is a parameter that the service sets"]
  ],
  [
    "has a parameter that is a number",
    manifest({ incrementalParameters: { max_age: 0 } }),
    ["incrementalParameters.max_age: must be a string"]
  ],
  [
    "encodes token requests in XML",
    manifest({ tokenRequests: { encoding: "xml" } }),
    ["tokenRequests.encoding: must be form or json"]
  ],
  [
    "sets the Authorization header",
    manifest({ tokenRequests: { headers: { Authorization: "Bearer x" } } }),
    ["tokenRequests.headers.Authorization: is a header that the service sets"]
  ],
  [
    "has a header name with a space",
    manifest({ tokenRequests: { headers: { "a b": "c" } } }),
    ["tokenRequests.headers.a b: must be named by letters, digits and hyphens"]
  ],
  [
    "has a header value with a line break",
    manifest({ tokenRequests: { headers: { "X-A": "a\r\nX-B: b" } } }),
    ["tokenRequests.headers.X-A: must be 1 to 256 printable ASCII characters"]
  ]
]
