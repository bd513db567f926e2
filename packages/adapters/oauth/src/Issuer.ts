import type { ProviderDefinition } from "@oauth-manager/provider-sdk"

const placeholder = /\{([a-z][a-z0-9_]*)\}/g

/** Does one issuer a tenant stand behind it? */
export const isTemplate = (issuer: string): boolean => /\{[a-z][a-z0-9_]*\}/.test(issuer)

/** The issuer of some tenant, which may not exist. */
export const example = (issuer: string): string => issuer.replaceAll(placeholder, "x")

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** Is the issuer the template's, for some tenant? */
export const isOfTemplate = (template: string, issuer: string): boolean =>
  new RegExp(
    `^${template
      .split(placeholder)
      .filter((_, index) => index % 2 === 0)
      .map(escaped)
      .join("[A-Za-z0-9.-]{1,253}")}$`,
    "u"
  ).test(issuer)

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
