import { fault } from "../Fault.ts"
import { Effect } from "effect"
import { ada, type SimulatedAccount } from "./Accounts.ts"
import type { Simulation } from "./Simulation.ts"

/** What the browser is sent back with. */
interface Redirect {
  readonly code: string
  readonly state: string
}

const pkceFaults = ({ truth }: Simulation, parameters: URLSearchParams): ReadonlyArray<string> => {
  const challenge = parameters.get("code_challenge")
  if (truth.pkce === "unsupported") {
    return challenge === null ? [] : ["pkce is unsupported, but the authorization request carried a code_challenge"]
  }
  if (challenge === null) return ["pkce is required, but the authorization request carried no code_challenge"]
  return parameters.get("code_challenge_method") === "S256" && /^[\w-]{43}$/.test(challenge)
    ? []
    : ["pkce is required, but the authorization request's code_challenge is not of method S256"]
}

const scopeFaults = ({ truth }: Simulation, parameters: URLSearchParams): ReadonlyArray<string> => {
  const scope = parameters.get("scope")
  if (truth.scopes.length === 0) {
    return scope === null ? [] : ["scopes is empty, but the authorization request carried a scope"]
  }
  const asked = scope?.split(" ") ?? []
  return truth.identityScopes
    .filter((identifying) => !asked.includes(identifying))
    .map((missing) => `identityScopes has ${missing}, but the authorization request did not ask for it`)
}

const parameterFaults = ({ truth }: Simulation, parameters: URLSearchParams): ReadonlyArray<string> =>
  Object.entries(truth.authorizationParameters ?? {}).flatMap(([name, value]) => {
    const sent = parameters.get(name)
    const alternatives = [truth.refreshTokenParameters?.[name], truth.incrementalParameters?.[name], value]
    return sent !== null && alternatives.includes(sent)
      ? []
      : [
          `authorizationParameters has ${name}=${value}, but the authorization request ${sent === null ? "did not carry it" : `carried ${name}=${sent}`}`
        ]
  })

const requestFaults = (simulation: Simulation, url: URL): ReadonlyArray<string> => {
  const { credentials, places, redirectUri } = simulation
  const parameters = url.searchParams
  const wanted = { response_type: "code", client_id: credentials.clientId, redirect_uri: redirectUri }
  const expected = new URL(places.authorization)
  return [
    ...(url.origin + url.pathname === expected.origin + expected.pathname
      ? []
      : [
          `the provider is at ${simulation.written(places.authorization)}, but the browser was sent to ${simulation.written(url.origin + url.pathname)}`
        ]),
    ...Object.entries(wanted).flatMap(([name, value]) =>
      parameters.get(name) === value ? [] : [`the authorization request must carry ${name}=${value}`]
    ),
    ...pkceFaults(simulation, parameters),
    ...scopeFaults(simulation, parameters),
    ...parameterFaults(simulation, parameters)
  ]
}

/** The user consents to what an authorization request asks for; the browser is sent back with a code. */
export const consent = (simulation: Simulation, authorizationUrl: string, account: SimulatedAccount = ada) =>
  Effect.gen(function* () {
    const url = new URL(authorizationUrl)
    const { searchParams: parameters } = url
    const state = parameters.get("state") ?? ""
    if (state === "") return yield* fault("the authorization request carried no state")
    simulation.faults.push(...requestFaults(simulation, url))
    const code = simulation.grants.authorize({
      redirectUri: parameters.get("redirect_uri") ?? "",
      challenge: parameters.get("code_challenge") ?? undefined,
      grant: {
        account,
        scopes: parameters.get("scope")?.split(" ") ?? [],
        nonce: parameters.get("nonce") ?? undefined
      }
    })
    return { code, state } satisfies Redirect
  })
