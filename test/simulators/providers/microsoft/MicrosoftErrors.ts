import { randomUUID } from "node:crypto"
import { failed, type JsonObject, type Reply } from "../Reply.ts"

interface Fault {
  readonly error: string
  readonly status?: number
  readonly suberror?: string
  readonly text: string
}

const grant = (text: string, suberror?: string): Fault => ({
  error: "invalid_grant",
  text,
  ...(suberror === undefined ? {} : { suberror })
})
const interaction = (text: string, suberror = "basic_action"): Fault => ({
  error: "interaction_required",
  text,
  suberror
})
const retry = (text: string): Fault => ({ error: "temporarily_unavailable", status: 503, text })
const client = (text: string): Fault => ({ error: "invalid_client", status: 401, text })
const request = (text: string): Fault => ({ error: "invalid_request", text })

/** The numbers that the token endpoint is documented to answer, under the class of what must be done about them. */
export const documented = {
  retry: {
    50033: retry("A transient error has occurred. Please try again."),
    50087: retry("A transient error has occurred during single sign-out."),
    70012: retry("A server error occurred while authenticating an MSA user."),
    90006: retry("External security challenge temporarily unavailable."),
    90012: retry("The request has timed out."),
    90024: retry("A transient error has occurred. RequestBudgetExceeded."),
    90033: retry("A transient error has occurred. Please try again."),
    90055: retry("Too many requests for this tenant."),
    90090: retry("A transient error has occurred while getting the signing key.")
  },
  reauthorize: {
    70000: grant("The provided grant is expired or revoked."),
    70008: grant("The provided authorization code or refresh token is expired.", "bad_token"),
    700082: grant("The refresh token has expired due to inactivity.", "bad_token"),
    700084: grant("The refresh token was issued to a single page app, and has a fixed, limited lifetime.", "bad_token"),
    70043: grant("The refresh token has expired or is invalid due to sign-in frequency checks.", "bad_token"),
    50173: grant("The provided grant has expired due to it being revoked, a fresh auth token is needed.", "bad_token"),
    50089: grant("The flow token has expired.", "bad_token"),
    50132: grant("The session is not valid due to password expiration or recent password change.", "bad_token"),
    50133: grant("The session is not valid due to password expiration or recent password change.", "bad_token"),
    50072: interaction("The user needs to enroll in multi-factor authentication.", "additional_action"),
    50074: interaction("Strong authentication is required."),
    50076: interaction("Due to a configuration change, you must use multi-factor authentication."),
    50078: interaction("The presented multi-factor authentication has expired."),
    50079: interaction("The user is required to use multi-factor authentication.", "additional_action"),
    50158: interaction("An external security challenge was not satisfied.", "additional_action"),
    65001: grant("The user or administrator has not consented to use the application.", "consent_required"),
    65004: grant("The user declined to consent to access the app.", "consent_required")
  },
  admin_action: {
    90094: grant("The grant requires administrator permissions.", "consent_required"),
    90095: grant("Admin consent is required.", "consent_required"),
    53000: interaction("The device is not compliant.", "message_only"),
    53001: interaction("The device is not domain joined.", "message_only"),
    53002: interaction("The app is not an approved app for conditional access.", "message_only"),
    53003: interaction("Access has been blocked by conditional access policies.", "message_only"),
    50105: grant("The signed in user is not assigned to a role for the application."),
    50020: grant("The user account does not exist in the tenant."),
    50057: grant("The user account is disabled."),
    650052: client("The app needs access to a service that your organization has not subscribed to or enabled.")
  },
  misconfigured: {
    7000215: client("Invalid client secret provided."),
    7000222: client("The provided client secret keys are expired."),
    7000218: client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    700027: client("Client assertion failed signature validation."),
    700016: { error: "unauthorized_client", text: "The application was not found in the directory." },
    7000112: { error: "unauthorized_client", text: "The application is disabled." },
    50011: request("The redirect URI specified in the request does not match the ones configured."),
    50194: request("The application is not configured as a multi-tenant application."),
    70011: { error: "invalid_scope", text: "The provided value for the input parameter 'scope' is not valid." },
    900144: request("The request body must contain a parameter that is missing."),
    9002313: request("Invalid request. Request is malformed or invalid."),
    700022: request("Multiple resources are not allowed in one token request.")
  },
  restart_flow: {
    54005: grant("The OAuth2 authorization code was already redeemed."),
    501481: grant("The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    700005: grant("The provided authorization code is intended to use against another tenant.")
  }
} as const satisfies Readonly<Record<string, Readonly<Record<number, Fault>>>>

const all = new Map<number, Fault>(
  Object.values(documented).flatMap((faults) =>
    Object.entries(faults).map(([number, fault]): [number, Fault] => [Number(number), fault])
  )
)

export const numbers = (meaning: keyof typeof documented): ReadonlyArray<number> =>
  Object.keys(documented[meaning]).map(Number)

const stamp = (): string => new Date().toISOString().replace("T", " ").replace(/\..*$/, "Z")

export const describe = (number: number, text: string, trace: string, correlation: string): string =>
  `AADSTS${number}: ${text}\r\nTrace ID: ${trace}\r\nCorrelation ID: ${correlation}\r\nTimestamp: ${stamp()}`

/** An error of the token endpoint, with all that surrounds it. */
export const aadsts = (number: number, more: JsonObject = {}): Reply => {
  const fault = all.get(number) ?? { error: "invalid_request", text: "Unknown." }
  const [trace, correlation] = [randomUUID(), randomUUID()]
  return failed(
    fault.status ?? 400,
    {
      error: fault.error,
      error_description: describe(number, fault.text, trace, correlation),
      error_codes: [number],
      timestamp: stamp(),
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
      ...(fault.suberror === undefined ? {} : { suberror: fault.suberror }),
      ...more
    },
    {
      "cache-control": "no-store, no-cache",
      "x-ms-request-id": trace,
      "x-ms-clitelem": `1,${number},0,,`
    }
  )
}

/** The claims of a conditional access policy, as the error body holds them: JSON in a string. */
export const policyClaims = (policy = "a5fe1a1d-2f7c-4b8a-9f23-3c6c4c7c2c11"): string =>
  JSON.stringify({ access_token: { capolids: { essential: true, values: [policy] } } })

const graph = (status: number, code: string, message: string): Reply =>
  failed(status, {
    error: {
      code,
      message,
      innerError: {
        date: new Date().toISOString().slice(0, 19),
        "request-id": randomUUID(),
        "client-request-id": randomUUID()
      }
    }
  })

export const graphErrors = {
  noToken: () => graph(401, "InvalidAuthenticationToken", "Access token is empty."),
  badToken: () => graph(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
  forbidden: () => graph(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}
