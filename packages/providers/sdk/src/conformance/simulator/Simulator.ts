import { methodsOf } from "../../index.ts"
import { type Answer, json } from "./Answer.ts"
import { algorithm, keySet } from "./IdTokens.ts"
import type { Received } from "./Received.ts"
import * as ResourceEndpoint from "./ResourceEndpoint.ts"
import * as RevocationEndpoint from "./RevocationEndpoint.ts"
import type { Endpoint, Simulation } from "./Simulation.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"

/** @see OpenID Connect Discovery 1.0 §3 */
const metadata = ({ places, truth }: Simulation) => ({
  issuer: places.issuer,
  authorization_endpoint: places.authorization,
  token_endpoint: places.token,
  jwks_uri: places.jwks,
  userinfo_endpoint: places.userinfo,
  introspection_endpoint: places.introspection,
  revocation_endpoint: places.revocation,
  scopes_supported: truth.scopes.map(({ value }) => value),
  token_endpoint_auth_methods_supported: methodsOf(truth.clientAuthentication),
  id_token_signing_alg_values_supported: [algorithm],
  ...(truth.pkce === "required" ? { code_challenge_methods_supported: ["S256"] } : {})
})

const placeOf = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

const endpointAt = ({ credentials, places }: Simulation, url: string): Endpoint | undefined => {
  const named: ReadonlyArray<readonly [Endpoint, string | undefined]> = [
    ["discovery", places.discovery],
    ["jwks", places.jwks],
    ["token", places.token],
    ["revocation", places.revocation?.replaceAll("{client_id}", encodeURIComponent(credentials.clientId))],
    ["introspection", places.introspection],
    ["userinfo", places.userinfo],
    ["api", places.api]
  ]
  return named.find(([, place]) => place !== undefined && placeOf(place) === placeOf(url))?.[0]
}

const usual = async (simulation: Simulation, endpoint: Endpoint, request: Received): Promise<Answer> => {
  const { places } = simulation
  switch (endpoint) {
    case "discovery":
      return json(metadata(simulation))
    case "jwks":
      return json(await keySet())
    case "token":
      return TokenEndpoint.answer(simulation, request)
    case "revocation":
      return RevocationEndpoint.revoke(simulation, request)
    case "introspection":
      return RevocationEndpoint.introspect(simulation, request)
    case "userinfo":
    case "api":
      return ResourceEndpoint.answer(simulation, places[endpoint] ?? "", request)
  }
}

/** What the simulated provider answers to a request. */
export const answer = async (simulation: Simulation, request: Received): Promise<Answer> => {
  const endpoint = endpointAt(simulation, request.url)
  simulation.received.push({ endpoint, request })
  if (endpoint === undefined) {
    const { origin, pathname } = new URL(request.url)
    return simulation.complain(
      [`nothing is at ${simulation.written(origin + pathname)} at the provider, but the client asked there`],
      404
    )
  }
  return (simulation.reaction(endpoint) ?? ((received) => usual(simulation, endpoint, received)))(request)
}
