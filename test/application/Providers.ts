import type { RegisteredProvider } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Option } from "effect"
import { aRegisteredProvider, scopes } from "../fakes/Samples.ts"

const sandbox = aRegisteredProvider()

/** The sandbox's plugin under another name, and described otherwise. */
export const variant = (id: string, overrides: Partial<ProviderDefinition> = {}): RegisteredProvider =>
  aRegisteredProvider({ definition: { ...sandbox.definition, ...overrides, id: ProviderId.make(id) } })

/** Adds scopes to a grant that it has, and returns those of earlier consents with them, as Google does. */
export const incremental = variant("incremental", {
  incrementalAuthorization: true,
  returnsEarlierConsents: "incremental",
  revocation: { kind: "rfc7009", reach: "grant" },
  links: { adminConsent: "https://incremental.test/adminconsent?client_id={client_id}" },
  scopes: sandbox.definition.scopes.map((scope) =>
    scope.value === "email" ? { ...scope, aliases: scopes("https://incremental.test/userinfo.email") } : scope
  )
})

/** Loaded, but without credentials. */
export const unconfigured: RegisteredProvider = { ...variant("unconfigured"), credentials: Option.none() }

export const providers = [sandbox, incremental, unconfigured]

/** Scopes of the sandbox: those that identify the account, and some that features need. */
export const identity = scopes("openid", "email", "profile", "offline_access")
export const notes = scopes("sandbox.notes.read")
export const calendar = scopes("sandbox.calendar.read")
