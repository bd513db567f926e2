import { jwtVerify } from "jose"
import { createPublicKey } from "node:crypto"
import { Redacted } from "effect"
import { methodsOf } from "../../index.ts"
import type { Received } from "./Received.ts"
import type { Simulation } from "./Simulation.ts"

type Method = ReturnType<typeof methodsOf>[number]

const decode = (value: string): string => new URLSearchParams(`v=${value}`).get("v") ?? ""

const basicOf = ({ headers }: Received): readonly [id: string, secret: string] | undefined => {
  const found = /^Basic (\S+)$/.exec(headers.authorization ?? "")?.[1]
  if (found === undefined) return undefined
  const [id = "", secret = ""] = Buffer.from(found, "base64").toString().split(":")
  return [decode(id), decode(secret)]
}

/** How a request authenticates its client, whether rightly or not. */
const usedMethods = (request: Received): ReadonlyArray<Method> => [
  ...(basicOf(request) === undefined ? [] : ["client_secret_basic" as const]),
  ...(request.parameters["client_secret"] === undefined ? [] : ["client_secret_post" as const]),
  ...(request.parameters["client_assertion"] === undefined ? [] : ["private_key_jwt" as const])
]

const assertionFault = async (simulation: Simulation, request: Received): Promise<string | undefined> => {
  const { credentials, places, truth } = simulation
  const audience =
    truth.tokenRequests?.assertionAudience === "token_endpoint" ? places.token : (places.issuer ?? places.token)
  try {
    const key = createPublicKey(Redacted.value(credentials.clientKey ?? Redacted.make("")))
    const { payload } = await jwtVerify(request.parameters["client_assertion"] ?? "", key)
    if (payload.iss !== credentials.clientId || payload.sub !== credentials.clientId) return "it names another client"
    return [payload.aud].flat().includes(audience)
      ? undefined
      : `its audience is ${[payload.aud]
          .flat()
          .map((one) => simulation.written(String(one)))
          .join(", ")}, not ${simulation.written(audience)} (tokenRequests.assertionAudience)`
  } catch {
    return "it is not signed by the client's key"
  }
}

const credentialFault = async (simulation: Simulation, request: Received, method: Method) => {
  const { clientId, clientSecret } = simulation.credentials
  const secret = clientSecret === undefined ? undefined : Redacted.value(clientSecret)
  switch (method) {
    case "client_secret_basic": {
      const [id, given] = basicOf(request) ?? []
      return id === clientId && given === secret ? undefined : "the client or its secret is another"
    }
    case "client_secret_post":
      return request.parameters["client_id"] === clientId && request.parameters["client_secret"] === secret
        ? undefined
        : "the client or its secret is another"
    case "private_key_jwt":
      return assertionFault(simulation, request)
    case "none":
      return request.parameters["client_id"] === clientId ? undefined : "it names no client"
  }
}

/** What is wrong with how the client authenticated, where the provider takes these methods. */
export const clientFaults = async (
  simulation: Simulation,
  what: string,
  request: Received,
  methods: ReadonlyArray<Method> = methodsOf(simulation.truth.clientAuthentication)
): Promise<ReadonlyArray<string>> => {
  const used = usedMethods(request)
  if (used.length > 1) return [`${what} authenticated its client in more than one way (RFC 6749 §2.3)`]
  const method = used[0] ?? "none"
  if (!methods.includes(method)) {
    return [`clientAuthentication is ${methods.join(" or ")}, but ${what} authenticated by ${method}`]
  }
  const fault = await credentialFault(simulation, request, method)
  return fault === undefined ? [] : [`clientAuthentication is ${method}, but in ${what} ${fault}`]
}

/** What is wrong with the method, the encoding and the headers of a request to the token or revocation endpoint. */
export const formFaults = (
  { truth }: Simulation,
  what: string,
  request: Received,
  encoding = truth.tokenRequests?.encoding ?? "form",
  method = "POST"
): ReadonlyArray<string> => [
  ...(request.method === method ? [] : [`${what} is ${method}, but came as ${request.method}`]),
  ...(request.encoding === encoding
    ? []
    : [`tokenRequests.encoding is ${encoding}, but ${what} came as ${request.encoding}`]),
  ...headerFaults("tokenRequests.headers", truth.tokenRequests?.headers ?? {}, what, request)
]

export const headerFaults = (
  field: string,
  wanted: Readonly<Record<string, string>>,
  what: string,
  { headers }: Received
): ReadonlyArray<string> =>
  Object.entries(wanted).flatMap(([name, value]) =>
    headers[name.toLowerCase()] === value ? [] : [`${field} has ${name}: ${value}, but ${what} did not carry it`]
  )
