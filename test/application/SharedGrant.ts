import type { ExchangeAnswer } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { anAccount } from "../fakes/Samples.ts"
import { connect } from "./Journey.ts"
import { variant } from "./Providers.ts"

const ofOneGrant: Partial<ProviderDefinition> = {
  revocation: { kind: "rfc7009", reach: "grant" },
  sharedGrant: { group: "family", project: "^(\\d+)-" }
}

/** Two plugins of one authorization server: what a person grants to one client there is one grant. */
export const mail = variant("mail", ofOneGrant)
export const videos = variant("videos", ofOneGrant)

/** An account of the person that the authorization server knows as `subject`. */
export const accountOf = (subject: string) => anAccount({ subject })

/** Ada connects an account of the person at one of the plugins. */
export const connectFor = (subject: string, provider: "mail" | "videos", answer: Partial<ExchangeAnswer> = {}) =>
  connect({ account: accountOf(subject), ...answer }, { provider })

export const confirmed = { confirmsShared: true }
