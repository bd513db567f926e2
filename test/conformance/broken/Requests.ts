import type { Broken } from "./Broken.ts"
import { sample } from "../SamplePlugin.ts"

const { location } = sample
const endpoints = location.kind === "endpoints" ? location.endpoints : undefined

/** Plugins whose requests the provider does not understand. */
export const requests: ReadonlyArray<Broken> = [
  [
    "sends no challenge to a provider that requires PKCE",
    { pkce: "unsupported" },
    { simulator: { pkce: "required" } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "pkce is required, but the authorization request carried no code_challenge\npkce is required, but the token request carried no code_verifier"
  ],
  [
    "sends a challenge to a provider that knows no PKCE",
    {},
    { simulator: { pkce: "unsupported" } },
    "the authorization request leads to the provider with all that it asks for",
    "pkce is unsupported, but the authorization request carried a code_challenge"
  ],
  [
    "authenticates otherwise than the provider wants",
    { clientAuthentication: "client_secret_basic" },
    { simulator: { clientAuthentication: "client_secret_post" } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "clientAuthentication is client_secret_post, but the token request authenticated by client_secret_basic"
  ],
  [
    "authenticates without the secret",
    { clientAuthentication: "none" },
    { simulator: { clientAuthentication: "client_secret_post" } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "clientAuthentication is client_secret_post, but the token request authenticated by none"
  ],
  [
    "encodes token requests otherwise than the provider reads them",
    {},
    { simulator: { tokenRequests: { encoding: "json" } } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "tokenRequests.encoding is json, but the token request came as form"
  ],
  [
    "leaves out a header that the provider insists on",
    {},
    { simulator: { tokenRequests: { headers: { "Sample-Version": "2" } } } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "tokenRequests.headers has Sample-Version: 2, but the token request did not carry it"
  ],
  [
    "names no scopes where the provider wants them again",
    {},
    { simulator: { tokenRequests: { repeatsScopes: true } } },
    "the exchange of a code gives the tokens, how long they live and the scopes",
    "tokenRequests.repeatsScopes is true, but the token request did not name me"
  ],
  [
    "leaves out a parameter of the authorization request",
    { authorizationParameters: {} },
    { simulator: { authorizationParameters: { access_type: "offline" } } },
    "the authorization request leads to the provider with all that it asks for",
    "authorizationParameters has access_type=offline, but the authorization request did not carry it"
  ],
  [
    "asks for the account where nothing is",
    { location: { ...location, endpoints: { ...endpoints, userinfo: "https://api.sample.example/self" } } },
    { simulator: { location } },
    "the account is identified with its e-mail address and name",
    "nothing is at https://api.sample.example/self at the provider, but the client asked there"
  ],
  [
    "revokes otherwise than the provider wants",
    {},
    {
      simulator: {
        revocation: { kind: "request", reach: "token", method: "DELETE", body: { access_token: "{token}" } }
      }
    },
    "revocation ends the authorization",
    "the revocation request is DELETE, but came as POST\nclientAuthentication is client_secret_basic, but the revocation request authenticated by client_secret_post\nrevocation.body has access_token: {token}, but the revocation request did not carry it"
  ]
]
