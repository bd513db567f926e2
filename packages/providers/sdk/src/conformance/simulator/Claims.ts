import type { Identity, JsonObject } from "../../index.ts"
import { answerFor, subjectOf } from "./Accounts.ts"
import type { Grant } from "./Grants.ts"
import type { Simulation } from "./Simulation.ts"

const tenant = "00000000-0000-4000-8000-000000000000"

const tenantClaims = (identity: Identity): Readonly<Record<string, string>> =>
  identity.kind === "id_token" ? (identity.issuerClaims ?? {}) : {}

/** The issuer with the claims in its placeholders. */
const issuerFor = (issuer: string, identity: Identity, claims: JsonObject): string =>
  issuer.replaceAll(/\{([a-z][a-z0-9_]*)\}/g, (placeholder, name: string) =>
    String(claims[tenantClaims(identity)[name] ?? ""] ?? placeholder)
  )

/** What a truthful ID token of a grant says; none where the provider issues none. */
export const claimsOf = (
  { credentials, options, places, truth }: Simulation,
  { account, nonce, scopes }: Grant
): JsonObject | undefined => {
  if (!scopes.includes("openid") || places.issuer === undefined || places.jwks === undefined) return undefined
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    sub: subjectOf(account),
    aud: credentials.clientId,
    iat: now,
    exp: now + 300,
    email: account.email,
    email_verified: true,
    name: account.name,
    ...(nonce === undefined ? {} : { nonce }),
    ...Object.fromEntries(Object.values(tenantClaims(truth.identity)).map((claim) => [claim, tenant])),
    ...(truth.identity.kind === "id_token" ? answerFor(truth, account, options.documentedAccounts) : {}),
    ...options.claims
  }
  return { iss: issuerFor(places.issuer, truth.identity, claims), ...claims }
}
