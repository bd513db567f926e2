import { GuardedHttpClient } from "@oauth-manager/oauth"
import { Option } from "effect"
import type { Settings } from "../configuration/ServerConfiguration.ts"

/** The client for requests to providers, as the deployment lets them out; this machine itself in development alone. */
export const layer = ({ egress: { networks, proxyUrl }, production }: Pick<Settings, "egress" | "production">) =>
  GuardedHttpClient.layer({ loopback: !production, networks, proxyUrl: Option.getOrUndefined(proxyUrl) })
