import type { RegisteredProvider } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"

const placeholder = /\{([a-z][a-z0-9_]*)\}/g

/** Does one issuer a tenant stand behind it? */
export const isTemplate = (issuer: string): boolean => /\{[a-z][a-z0-9_]*\}/.test(issuer)

/** The issuer of some tenant, which may not exist. */
export const example = (issuer: string): string => issuer.replaceAll(placeholder, "x")

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** The tenant that makes the issuer out of the template, one for each placeholder; undefined where none does. */
const tenantsOf = (template: string, issuer: string): ReadonlyArray<string> | undefined =>
  new RegExp(
    `^${template
      .split(placeholder)
      .filter((_, index) => index % 2 === 0)
      .map(escaped)
      .join("([A-Za-z0-9.-]{1,253})")}$`,
    "u"
  )
    .exec(issuer)
    ?.slice(1)

/** Is the issuer the template's, for some tenant? */
export const isOfTemplate = (template: string, issuer: string): boolean => tenantsOf(template, issuer) !== undefined

/** A bare origin is written with a slash at its end, or without. */
export const otherSpellings = (issuer: string): ReadonlyArray<string> => {
  const origin = URL.parse(issuer)?.origin
  return origin === issuer ? [`${origin}/`] : origin !== undefined && issuer === `${origin}/` ? [origin] : []
}

/**
 * Where the provider has one issuer a tenant, so has another operator's server in its place, if the deployment names that
 * by its origin, or by what stands for many tenants in the plugin's settings. Named by a tenant it is that tenant's alone.
 */
export const tenantIssuers = (
  { definition: { location }, settings }: Pick<RegisteredProvider, "definition" | "settings">,
  issuer: string
): ReadonlyArray<string> => {
  const own = location.issuer ?? ""
  const [from, to] = [URL.parse(own)?.origin, URL.parse(issuer)?.origin]
  if (!isTemplate(own) || isTemplate(issuer) || from === undefined || to === undefined) return []
  const template = `${to}${own.slice(from.length)}`
  const known = Object.values(settings)
  const isOfMany =
    otherSpellings(issuer).length > 0 || tenantsOf(template, issuer)?.every((tenant) => known.includes(tenant)) === true
  return isOfMany ? [template] : []
}

const segment = /^[A-Za-z0-9-]{1,64}$/

/** The issuer of the tenant that the claims name. A claim that is missing, or no plain segment, leaves its placeholder. */
export const fill = (
  issuer: string,
  { identity }: ProviderDefinition,
  claims: Readonly<Record<string, unknown>>
): string => {
  const names = identity.kind === "id_token" ? (identity.issuerClaims ?? {}) : {}
  return issuer.replaceAll(placeholder, (unfilled, name: string) => {
    const claim = Object.hasOwn(names, name) ? names[name] : undefined
    const value = claim === undefined ? undefined : claims[claim]
    return typeof value === "string" && segment.test(value) ? value : unfilled
  })
}

/** Does the plugin say which claims take the place of every placeholder? */
export const canBeFilled = (issuer: string, { identity }: ProviderDefinition): boolean =>
  [...issuer.matchAll(placeholder)].every(
    ([, name]) => name !== undefined && identity.kind === "id_token" && Object.hasOwn(identity.issuerClaims ?? {}, name)
  )
