import type { RegisteredProvider } from "@oauth-manager/application"
import { type FeatureDefinition, ScopeCatalogue, type Sensitivity } from "@oauth-manager/domain"
import { Option } from "effect"
import type { ProviderView } from "../../api/index.ts"

/** Neither light nor dark, for providers whose plugin names no colour. */
const plain = "#5f6368"

const brandView = ({ brand, name }: RegisteredProvider["definition"]): ProviderView["brand"] => ({
  color: brand?.color ?? plain,
  monogram: brand?.monogram ?? /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? "?",
  logo_svg: brand?.logo ?? null
})

const apiView = ({ api }: RegisteredProvider["definition"], baseUrl: string | undefined): ProviderView["api"] => {
  const base = baseUrl ?? api?.baseUrl
  if (base === undefined) return null
  const { host, origin } = new URL(base)
  // Another operator's tokens are for none of the plugin's hosts
  const others = api !== undefined && new URL(api.baseUrl).origin === origin ? (api.hosts ?? []) : []
  return { base_url: base, hosts: [...new Set([host, ...others])] }
}

const classes: ReadonlyArray<Sensitivity> = ["restricted", "sensitive", "basic"]

/** Of a provider without scopes nothing is known to be harmless. */
const featureView = (definition: RegisteredProvider["definition"], { id, scopes, title }: FeatureDefinition) => {
  const canonical = ScopeCatalogue.canonicalAll(definition, scopes)
  const sensitivity = classes.find((one) =>
    definition.scopes.some((scope) => scope.sensitivity === one && canonical.includes(scope.value))
  )
  return { id, title, scopes: canonical, sensitivity: sensitivity ?? "sensitive" }
}

export const providerView = ({ definition, credentials, overrides }: RegisteredProvider): ProviderView => ({
  id: definition.id,
  name: definition.name,
  configured: Option.isSome(credentials),
  scopes: definition.scopes.map(({ value, title, description, sensitivity }) => ({
    value,
    title,
    description,
    sensitivity
  })),
  features: definition.features.map((feature) => featureView(definition, feature)),
  registered_capabilities: definition.registeredCapabilities ?? [],
  capabilities: {
    pkce: definition.pkce === "required",
    refresh: definition.refreshTokens !== false,
    revocation: definition.revocation.kind !== "unsupported",
    incremental_authorization: definition.incrementalAuthorization
  },
  links: {
    documentation: definition.links?.documentation ?? null,
    manage_access: definition.links?.manageAccess ?? []
  },
  brand: brandView(definition),
  api: apiView(definition, overrides.apiBaseUrl),
  notices: (definition.notices ?? []).map(({ code, text }) => ({ code, text }))
})
