import {
  type ErasureEntry,
  type ExchangeAnswer,
  type JournalEntry,
  type PendingRevocation,
  type RegisteredProvider,
  type TokenAnswer,
  type WrappedDataKey,
  RevocationId
} from "@oauth-manager/application"
import {
  type Account,
  type AuditEvent,
  AuditEventId,
  type Authorization,
  AuthorizationId,
  Authorizations,
  type Caller,
  type Consent,
  ConsentId,
  type DomainEvent,
  DomainEventId,
  ErasureId,
  FeatureId,
  type Integration,
  IntegrationId,
  ProviderId,
  type RefreshPlan,
  Scope,
  Sealed,
  TenantId,
  type Token,
  UserId,
  UserReference,
  type UserScope
} from "@oauth-manager/domain"
import sandbox from "@oauth-manager/provider-sandbox"
import { decodeProvider } from "@oauth-manager/provider-sdk"
import { DateTime, Duration, Option, Redacted, Result } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"

const uuid = () => SecureRandom.uuidV7Unsafe()

export const aScope = (overrides: Partial<UserScope> = {}): UserScope => ({
  tenant: TenantId.make(`tenant-${uuid()}`),
  user: UserId.make(`user-${uuid()}`),
  ...overrides
})

/** Users who share the tenant or the name of the given one, and are others. */
export const strangersTo = ({ tenant, user }: UserScope): ReadonlyArray<UserScope> => [
  aScope({ tenant }),
  aScope({ user })
]

export const aCaller = (scope: UserScope, overrides: Partial<Caller> = {}): Caller => ({
  scope,
  roles: ["user"],
  permissions: [],
  requestId: uuid(),
  ...overrides
})

/** 256 random bits, in base64url. */
export const aSecret = (): Redacted.Redacted<string> =>
  Redacted.make(Base64Url.encode(SecureRandom.randomBytesUnsafe(32)))

/** As long as a SHA-256. */
export const aHash = (): Uint8Array => SecureRandom.randomBytesUnsafe(32)

export const aCiphertext = (): Sealed => Sealed.make(SecureRandom.randomBytesUnsafe(64))

export const aKeyId = (): string => `key-${uuid()}`

/** Wrapped under the key that every test's storage knows. */
export const aDataKey = (overrides: Partial<WrappedDataKey> = {}): WrappedDataKey => ({
  id: SecureRandom.uuidV4Unsafe(),
  keyId: "test",
  wrapped: SecureRandom.randomBytesUnsafe(40),
  ...overrides
})

export const aProviderId = ProviderId.make("sandbox")

export const scopes = (...values: ReadonlyArray<string>): ReadonlyArray<Scope> =>
  values.map((value) => Scope.make(value))

export const features = (...ids: ReadonlyArray<string>): ReadonlyArray<FeatureId> => ids.map((id) => FeatureId.make(id))

export const anAccount = (overrides: Partial<Account> = {}): Account => {
  const id = uuid()
  return { key: `https://issuer.test ${id}`, id, email: `${id}@example.test`, name: "Ada Lovelace", ...overrides }
}

/** Consented to and in use is what is granted, where nothing else is said. */
export const anIntegration = (owner: UserScope, overrides: Partial<Integration> = {}): Integration => {
  const granted = overrides.grantedScopes ?? scopes("openid", "sandbox.notes.read")
  return {
    id: IntegrationId.make(uuid()),
    owner,
    provider: aProviderId,
    account: anAccount(),
    status: "active",
    requestedScopes: scopes("openid", "sandbox.notes.read", "sandbox.notes.write"),
    grantedScopes: granted,
    surplusScopes: scopes("sandbox.calendar.read"),
    consentedScopes: granted,
    scopesInUse: granted,
    features: features("sandbox.notes.read"),
    connectedAt: DateTime.nowUnsafe(),
    authorizedAt: DateTime.nowUnsafe(),
    authorizations: 1,
    reverifyAt: Option.none(),
    problem: Option.none(),
    revocation: Option.none(),
    ...overrides
  }
}

/** The first token of an integration, good for an hour. */
export const aToken = ({ id, owner }: Pick<Integration, "id" | "owner">, overrides: Partial<Token> = {}): Token => {
  const obtainedAt = DateTime.nowUnsafe()
  return {
    integrationId: id,
    owner,
    generation: 1,
    tokenType: "Bearer",
    accessToken: aCiphertext(),
    refreshToken: Option.some(aCiphertext()),
    expiresAt: Option.some(DateTime.addDuration(obtainedAt, Duration.hours(1))),
    refreshExpiresAt: Option.none(),
    obtainedAt,
    ...overrides
  }
}

/** A pending authorization that began now. */
export const anAuthorization = (owner: UserScope, overrides: Partial<Authorization> = {}): Authorization => {
  const createdAt = DateTime.nowUnsafe()
  return {
    id: AuthorizationId.make(uuid()),
    owner,
    provider: aProviderId,
    integrationId: Option.none(),
    status: "pending",
    requestedScopes: scopes("openid", "sandbox.notes.read"),
    features: features("sandbox.notes.read"),
    incremental: false,
    narrows: false,
    text: Option.none(),
    returnTo: "https://app.test/integrations",
    redirectUri: "https://oauth.test/v1/callback/sandbox",
    error: Option.none(),
    createdAt,
    expiresAt: DateTime.addDuration(createdAt, Authorizations.timeToComplete),
    ...overrides
  }
}

export const aConsent = (
  integration: Integration,
  authorization: Pick<Authorization, "id">,
  overrides: Partial<Consent> = {}
): Consent => ({
  id: ConsentId.make(uuid()),
  owner: integration.owner,
  provider: integration.provider,
  integrationId: integration.id,
  authorizationId: authorization.id,
  requested: scopes("openid", "sandbox.notes.read", "sandbox.notes.write"),
  granted: scopes("openid", "sandbox.notes.read"),
  feature: Option.none(),
  denied: scopes("sandbox.notes.write"),
  purpose: Option.none(),
  text: Option.none(),
  origin: { client: Option.none(), address: Option.none(), agent: Option.none() },
  grantedAt: DateTime.nowUnsafe(),
  withdrawal: Option.none(),
  ...overrides
})

export const aRevocation = (
  { id, owner, provider }: Integration,
  overrides: Partial<PendingRevocation> = {}
): PendingRevocation => ({
  id: RevocationId.make(uuid()),
  integrationId: id,
  owner,
  provider,
  tokenTypeHint: "refresh_token",
  token: aCiphertext(),
  accessToken: Option.none(),
  generation: 1,
  attempts: 0,
  ...overrides
})

/** A request to erase, made now; whoever comes may carry it on at once. */
export const anErasureRequest = () => ({
  id: ErasureId.make(uuid()),
  requestedAt: DateTime.nowUnsafe(),
  requestId: uuid(),
  delay: Duration.zero
})

export const anErasureEntry = (overrides: Partial<ErasureEntry> = {}): ErasureEntry => ({
  id: ErasureId.make(uuid()),
  subject: UserReference.make(SecureRandom.uuidV4Unsafe()),
  dataKeyId: Option.some(SecureRandom.uuidV4Unsafe()),
  requestedAt: DateTime.nowUnsafe(),
  ...overrides
})

export const aJournalEntry = (overrides: Partial<JournalEntry> = {}): JournalEntry => ({
  owner: aScope(),
  integrationId: IntegrationId.make(uuid()),
  generation: 1,
  answeredAt: DateTime.nowUnsafe(),
  answer: aCiphertext(),
  dataKey: aDataKey(),
  ...overrides
})

export const anAuditEvent = (about: UserScope, overrides: Partial<AuditEvent> = {}): AuditEvent => ({
  id: AuditEventId.make(uuid()),
  occurredAt: DateTime.nowUnsafe(),
  about,
  action: "token.released",
  object: { type: "integration", id: uuid() },
  outcome: "success",
  requestId: uuid(),
  ...overrides
})

export const aDomainEvent = (owner: UserScope, overrides: Partial<DomainEvent> = {}): DomainEvent => {
  const id = IntegrationId.make(uuid())
  return {
    id: DomainEventId.make(uuid()),
    type: "integration.refreshed",
    owner,
    integrationId: Option.some(id),
    object: { type: "integration", id },
    occurredAt: DateTime.nowUnsafe(),
    requestId: uuid(),
    ...overrides
  }
}

export const aTokenAnswer = (overrides: Partial<TokenAnswer> = {}): TokenAnswer => ({
  accessToken: aSecret(),
  tokenType: "Bearer",
  refreshToken: Option.some(aSecret()),
  expiresIn: Option.some(Duration.hours(1)),
  refreshExpiresIn: Option.none(),
  scopes: Option.none(),
  ...overrides
})

export const anExchangeAnswer = (overrides: Partial<ExchangeAnswer> = {}): ExchangeAnswer => ({
  ...aTokenAnswer(),
  account: anAccount(),
  ...overrides
})

/** The sandbox's plugin with credentials, under the id of `overrides.definition` where that is given. */
export const aRegisteredProvider = (overrides: Partial<RegisteredProvider> = {}): RegisteredProvider => {
  const definition = overrides.definition ?? Result.getOrThrow(decodeProvider(sandbox))
  return {
    definition,
    credentials: Option.some({ clientId: "oauth-manager", clientSecret: aSecret() }),
    overrides: {},
    settings: {},
    redirectUri: `https://oauth.test/v1/callback/${definition.id}`,
    ...overrides
  }
}

/** Nothing is done about the token by itself. */
export const noPlan: RefreshPlan = { refreshAt: Option.none(), keepAliveAt: Option.none(), announceAt: Option.none() }
