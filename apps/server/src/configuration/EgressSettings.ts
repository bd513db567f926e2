import { AddressRules } from "@oauth-manager/oauth"
import { Effect, type Option, type Redacted, Schema } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { List, isUrl, setting, withDefault } from "./Setting.ts"

/** How requests to providers may leave. */
export interface EgressSettings {
  readonly networks: ReadonlyArray<AddressRules.Network>
  readonly proxyUrl: Option.Option<Redacted.Redacted<string>>
}

const networksVariable = "EGRESS_ALLOWED_NETWORKS"
const proxyVariable = "EGRESS_PROXY_URL"
export const egressVariables: ReadonlyArray<string> = [networksVariable, proxyVariable]

const isPrivateNetwork = (text: string) =>
  AddressRules.parseNetwork(text) !== undefined
  || "must be private networks in CIDR notation, such as 10.20.0.0/16 or fd12:3456::/48; "
    + "loopback, link-local addresses and clouds' metadata services cannot be opened"

const Networks = List.pipe(Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isPrivateNetwork)))))

const ProxyUrl = Schema.RedactedFromValue(Schema.Trim.check(Schema.makeFilter(isUrl(["http:", "https:"]))))

export const egressSettings: Effect.Effect<EgressSettings, StartupFailed> = Effect.gen(function* () {
  const networks = yield* withDefault<ReadonlyArray<string>>([])(setting(networksVariable, Networks))
  return {
    networks: networks.map(AddressRules.parseNetwork).filter((network) => network !== undefined),
    proxyUrl: yield* setting(proxyVariable, ProxyUrl)
  }
})
