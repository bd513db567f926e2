import { type Answer, json, reply } from "./Answer.ts"
import type { Received } from "./Received.ts"
import { clientFaults, formFaults } from "./RequestChecks.ts"
import type { Simulation } from "./Simulation.ts"

const memberFaults = (wanted: Readonly<Record<string, string>>, { parameters }: Received): ReadonlyArray<string> =>
  Object.entries(wanted).flatMap(([name, value]) => {
    const sent = parameters[name]
    const isThere = value === "{token}" ? sent !== undefined && sent !== "" : sent === value
    return isThere ? [] : [`revocation.body has ${name}: ${value}, but the revocation request did not carry it`]
  })

const requestFaults = async (simulation: Simulation, request: Received): Promise<ReadonlyArray<string>> => {
  const { revocation, tokenRequests } = simulation.truth
  if (revocation.kind === "unsupported") return ["revocation is unsupported, but a revocation request came"]
  const what = "the revocation request"
  if (revocation.kind === "rfc7009") {
    return [
      ...formFaults(simulation, what, request),
      ...(await clientFaults(simulation, what, request)),
      ...(request.parameters["token"] === undefined ? ["the revocation request carried no token (RFC 7009 §2.1)"] : [])
    ]
  }
  const encoding = revocation.encoding ?? tokenRequests?.encoding ?? "form"
  return [
    ...formFaults(simulation, what, request, encoding, revocation.method),
    ...(await clientFaults(simulation, what, request, ["client_secret_basic"])),
    ...memberFaults(revocation.body, request)
  ]
}

const tokenIn = ({ truth: { revocation } }: Simulation, { parameters }: Received): string => {
  const member =
    revocation.kind === "request"
      ? Object.entries(revocation.body).find(([, value]) => value === "{token}")?.[0]
      : "token"
  return parameters[member ?? ""] ?? ""
}

/** @see RFC 7009 §2 */
export const revoke = async (simulation: Simulation, request: Received): Promise<Answer> => {
  const faults = await requestFaults(simulation, request)
  if (faults.length > 0) return simulation.complain(faults)
  const { revocation } = simulation.truth
  const token = tokenIn(simulation, request)
  const gone = revocation.kind === "request" ? revocation.gone?.[0] : undefined
  if (gone !== undefined && !simulation.grants.isAlive(token)) return reply(gone)
  simulation.grants.revoke(token, revocation.kind === "unsupported" ? "token" : revocation.reach)
  return json({})
}

/** @see RFC 7662 §2 */
export const introspect = async (simulation: Simulation, request: Received): Promise<Answer> => {
  const what = "the introspection request"
  const faults = [...formFaults(simulation, what, request), ...(await clientFaults(simulation, what, request))]
  if (faults.length > 0) return simulation.complain(faults)
  return json({ active: simulation.grants.isAlive(request.parameters["token"] ?? "") })
}
