import { isIP } from "node:net"
import type { Dispatcher } from "undici"
import { isLoopbackUrl } from "../EndpointUrl.ts"
import { type AddressRules, isPermitted } from "./AddressRules.ts"
import { EgressRefused } from "./EgressRefused.ts"

/** URL writes IPv6 addresses in brackets, and has put every spelling of an IPv4 address into four decimal parts. */
const hostOf = ({ hostname }: URL): string => hostname.replaceAll(/[[\]]/g, "")

/** Why nothing is sent there, as far as the origin alone tells; names are looked at when they are resolved. */
const refusal = (origin: URL, rules: AddressRules): string | undefined => {
  const host = hostOf(origin)
  const isLoopback = isLoopbackUrl(origin)
  // A proxy would look `x.localhost` up too, and find itself
  if (!(isLoopback && rules.loopback) && /(^|\.)localhost\.?$/.test(host)) return "is this machine itself"
  if (origin.protocol !== "https:" && !isLoopback) return "is not asked over TLS"
  return isIP(host) === 0 || isPermitted(host, rules) ? undefined : "is no public address"
}

/** Lets requests to permitted origins pass to `dispatch`; to this machine, in development, they never go by a proxy. */
export const make =
  (rules: AddressRules, direct: Dispatcher): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (request, handler) => {
    const origin = new URL(request.origin ?? "")
    const why = refusal(origin, rules)
    if (why !== undefined) throw new EgressRefused(hostOf(origin), why)
    return isLoopbackUrl(origin) ? direct.dispatch(request, handler) : dispatch(request, handler)
  }
