import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { createHash } from "node:crypto"
import type { ProviderDouble } from "./ProviderDouble.ts"

/** Where the product's redirect URIs are. */
export const service = "http://localhost:8002"

export const verifier = "an-unguessable-verifier-of-enough-characters"
const challenge = createHash("sha256").update(verifier).digest("base64url")

type Parameters = Readonly<Record<string, string | undefined>>

export interface Said {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON the provider answers
  readonly body: any
}

const given = (parameters: Parameters): Record<string, string> => {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) values[name] = value
  return values
}

const read = async (response: Response): Promise<Said> => {
  const body = await response.text()
  const isJson = response.headers.get("content-type")?.includes("json") === true
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(body) : body }
}

export const get = async (url: string, token?: string, headers: Record<string, string> = {}): Promise<Said> =>
  read(await fetch(url, { headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` } }))

/** A product at a provider's double, by the double's own variables; what is `undefined` it leaves out. */
export const productOf = (
  double: ProviderDouble<string, object>,
  id: string,
  variables: Readonly<Record<string, string>> = double.environment(id)
) => {
  const setting = (name: string): string => variables[`PROVIDER_${id.toUpperCase()}_${name}`] ?? ""
  const redirectUri = `${service}/v1/callback/${id}`
  const authorization = btoa([setting("CLIENT_ID"), setting("CLIENT_SECRET")].map(encodeURIComponent).join(":"))

  const authorizationUrl = (parameters: Parameters): string => {
    const usual = { client_id: setting("CLIENT_ID"), redirect_uri: redirectUri, response_type: "code", state: "s" }
    const query = new URLSearchParams(given({ ...usual, ...parameters }))
    return `${setting("AUTHORIZATION_ENDPOINT")}?${query}`
  }

  const send = async (endpoint: string, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
    read(await fetch(endpoint, { method: "POST", body, headers }))

  return {
    setting,
    redirectUri,
    basic: { authorization: `Basic ${authorization}` },
    authorizationUrl,
    send,
    /** With PKCE. */
    pkce: { code_challenge: challenge, code_challenge_method: "S256" },
    /** By a form with the client's credentials in it. */
    token: (form: Parameters): Promise<Said> => {
      const credentials = { client_id: setting("CLIENT_ID"), client_secret: setting("CLIENT_SECRET") }
      return send(setting("TOKEN_ENDPOINT"), new URLSearchParams(given({ ...credentials, ...form })))
    }
  }
}

/** Tests that each have a double of their own. */
export const withDouble =
  <Double extends ProviderDouble<string, object>>(
    start: (service: string) => Effect.Effect<Double, never, Scope.Scope>
  ) =>
  (name: string, test: (double: Double) => Promise<void>) =>
    it.live(name, () => Effect.flatMap(start(service), (double) => Effect.promise(() => test(double))))
