import { type LookupAddress, lookup } from "node:dns"
import type { LookupFunction } from "node:net"
import { buildConnector } from "undici"
import { type AddressRules, isPermitted } from "./AddressRules.ts"
import { EgressRefused } from "./EgressRefused.ts"

/** All addresses of a name. */
export type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<LookupAddress>) => void
) => void

const bySystem: Resolve = (hostname, done) => lookup(hostname, { all: true }, done)

/**
 * The connection is made to what was looked at: a name is resolved once, and one address that is not permitted is enough
 * to refuse it.
 */
const guardedLookup =
  (rules: AddressRules, resolve: Resolve): LookupFunction =>
  (hostname, { all }, done) =>
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return done(error ?? new EgressRefused(hostname, "has no address"), "")
      const stranger = addresses.find(({ address }) => !isPermitted(address, rules))
      if (stranger !== undefined) {
        return done(new EgressRefused(hostname, `has the address ${stranger.address}, which is no public one`), "")
      }
      return all === true ? done(null, [...addresses]) : done(null, first.address, first.family)
    })

/** Connects to hosts by name; an address in place of a name is looked at by `EgressGuard`. */
export const make = (
  rules: AddressRules,
  timeout: number,
  resolve: Resolve = bySystem
): ReturnType<typeof buildConnector> =>
  buildConnector({ allowH2: false, timeout, lookup: guardedLookup(rules, resolve) })
