import type { JsonObject } from "../../index.ts"
import { answerFor, type SimulatedAccount, subjectOf } from "./Accounts.ts"
import { type Answer, json } from "./Answer.ts"
import type { Received } from "./Received.ts"
import { headerFaults } from "./RequestChecks.ts"
import type { Simulation } from "./Simulation.ts"

/** What an account's answer says. */
export const bodyFor = ({ options, truth }: Simulation, account: SimulatedAccount): JsonObject => {
  const { identity } = truth
  if (identity.kind === "id_token") return { sub: subjectOf(account), email: account.email, name: account.name }
  return answerFor(truth, account, options.documentedAccounts)
}

const missingQuery = (simulation: Simulation, place: string, { url }: Received): ReadonlyArray<string> => {
  const sent = new URL(url).searchParams
  return [...new URL(place).searchParams]
    .filter(([name, value]) => sent.get(name) !== value)
    .map(([name, value]) => `${simulation.written(place)} was asked without ${name}=${value}`)
}

/** Answers whose an access token is (RFC 6750 §2.1). */
export const answer = (simulation: Simulation, place: string, request: Received): Answer => {
  const { identity } = simulation.truth
  const what = "the request for the account"
  const headers = (identity.kind === "userinfo" || identity.kind === "api" ? identity.headers : undefined) ?? {}
  const faults = [
    ...(request.method === "GET" ? [] : [`${what} is GET, but came as ${request.method}`]),
    ...headerFaults("identity.headers", headers, what, request),
    ...missingQuery(simulation, place, request)
  ]
  if (faults.length > 0) return simulation.complain(faults)
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1]
  const grant = simulation.grants.holder(token ?? "")
  return grant === undefined
    ? json({ error: "invalid_token" }, 401, { "www-authenticate": 'Bearer error="invalid_token"' })
    : json(simulation.account(bodyFor(simulation, grant.account)))
}
