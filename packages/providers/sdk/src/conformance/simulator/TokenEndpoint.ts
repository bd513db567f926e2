import type { JsonObject } from "../../index.ts"
import { answerFor } from "./Accounts.ts"
import { type Answer, json } from "./Answer.ts"
import { claimsOf } from "./Claims.ts"
import type { Grant } from "./Grants.ts"
import type { Received } from "./Received.ts"
import { refusal } from "./Refusal.ts"
import { clientFaults, formFaults } from "./RequestChecks.ts"
import type { Simulation } from "./Simulation.ts"

const idToken = async (simulation: Simulation, grant: Grant): Promise<JsonObject> => {
  const claims = claimsOf(simulation, grant)
  return claims === undefined ? {} : { id_token: await simulation.sign(simulation.claims(claims)) }
}

/** The scopes as the provider lists them. */
const listed = ({ truth }: Simulation, scopes: ReadonlyArray<string>): JsonObject => {
  const unlisted = truth.scopeNames?.unlisted ?? []
  const named = scopes.filter((scope) => !unlisted.some((other) => other === scope))
  return named.length === 0 ? {} : { scope: named.join(truth.tokenRequests?.scopeSeparator ?? " ") }
}

/** A success in the form of RFC 6749 §5.1, with what identifies the account where that stands in it. */
export const success = async (simulation: Simulation, grant: Grant, withRefreshToken: boolean): Promise<JsonObject> => {
  const { grants, options, truth } = simulation
  return {
    access_token: grants.issueAccessToken(grant),
    token_type: "Bearer",
    ...(truth.accessTokenLifetime === undefined ? { expires_in: 3600 } : {}),
    ...(withRefreshToken && truth.refreshTokens !== false ? { refresh_token: grants.issueRefreshToken(grant) } : {}),
    ...listed(simulation, grant.scopes),
    ...(await idToken(simulation, grant)),
    ...(truth.identity.kind === "token_response"
      ? simulation.account(answerFor(truth, grant.account, options.documentedAccounts))
      : {})
  }
}

const answerWith = async (simulation: Simulation, grant: Grant, withRefreshToken: boolean): Promise<Answer> => {
  const standard = simulation.tokens(await success(simulation, grant, withRefreshToken))
  simulation.issued.push(standard)
  return json(simulation.shape?.(standard) ?? standard)
}

const pkceFaults = ({ truth }: Simulation, { code_verifier: verifier }: Received["parameters"]) => {
  if (truth.pkce === "required" && verifier === undefined) {
    return ["pkce is required, but the token request carried no code_verifier"]
  }
  return truth.pkce === "unsupported" && verifier !== undefined
    ? ["pkce is unsupported, but the token request carried a code_verifier"]
    : []
}

const scopeFaults = ({ truth }: Simulation, { scope }: Received["parameters"]): ReadonlyArray<string> => {
  if (truth.tokenRequests?.repeatsScopes !== true) return []
  const named = scope?.split(" ") ?? []
  return truth.identityScopes
    .filter((wanted) => !named.includes(wanted))
    .map((missing) => `tokenRequests.repeatsScopes is true, but the token request did not name ${missing}`)
}

const exchange = async (simulation: Simulation, { parameters }: Received): Promise<Answer> => {
  const faults = [...pkceFaults(simulation, parameters), ...scopeFaults(simulation, parameters)]
  if (faults.length > 0) return simulation.complain(faults)
  const { code, code_verifier: verifier, redirect_uri: redirectUri } = parameters
  if (redirectUri === undefined) return simulation.complain(["the token request carried no redirect_uri"])
  const grant = simulation.grants.redeem(code ?? "", redirectUri, verifier)
  return grant === undefined ? refusal(simulation, "exchange") : answerWith(simulation, grant, true)
}

const refresh = async (simulation: Simulation, { parameters }: Received): Promise<Answer> => {
  const faults = scopeFaults(simulation, parameters)
  if (faults.length > 0) return simulation.complain(faults)
  const { refreshTokens } = simulation.truth
  const rotation = refreshTokens === false ? "static" : refreshTokens.rotation
  const used = simulation.grants.use(parameters["refresh_token"] ?? "", rotation)
  return used === undefined ? refusal(simulation, "refresh") : answerWith(simulation, used.grant, used.isRotated)
}

/** @see RFC 6749 §4.1.3 and §6 */
export const answer = async (simulation: Simulation, request: Received): Promise<Answer> => {
  const faults = [
    ...formFaults(simulation, "the token request", request),
    ...(await clientFaults(simulation, "the token request", request))
  ]
  if (faults.length > 0) return simulation.complain(faults)
  switch (request.parameters["grant_type"]) {
    case "authorization_code":
      return exchange(simulation, request)
    case "refresh_token":
      return refresh(simulation, request)
    default:
      return simulation.complain(["the token request carried no grant_type that the provider knows"])
  }
}
