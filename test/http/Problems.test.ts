import { assert, describe, it } from "@effect/vitest"
import {
  AdminActionRequired,
  AuthorizationFailed,
  AuthorizationNotReady,
  CompletionInProgress,
  CompletionTokenInvalid,
  ConsentTextOutdated,
  Disconnected,
  ErasureInProgress,
  NotFound,
  FeatureNotAllowed,
  PolicyOutdated,
  ProviderChoiceRequired,
  ProviderMisconfigured,
  ProviderMismatch,
  ProviderNotConfigured,
  ProviderUnavailable,
  ProviderUnsuitable,
  ReadAccessToken,
  ReauthorizationRequired,
  RepositoryUnavailable,
  ReturnUrlNotAllowed,
  SharedGrantUnconfirmed,
  UnknownProvider,
  UnknownState,
  VaultFailed
} from "@oauth-manager/application"
import {
  AuthorizationError,
  type AuthorizationStatus,
  IntegrationId,
  PermissionRequired,
  PurposeRequired,
  ScopeNotAllowed,
  ScopeNotGranted,
  TokenTooWide,
  UnknownFeature,
  UnknownScope
} from "@oauth-manager/domain"
import { problemCatalogue, type ProblemCode, problemCodes, problemType } from "@oauth-manager/http/api"
import { Duration, Effect, Layer, Option } from "effect"
import { aProviderId, features, scopes } from "../fakes/Samples.ts"
import { allEndIn } from "./MockedApplication.ts"
import { operationOf } from "./OpenApiDocument.ts"
import { type Answer, call, type Call, layerNoApplication } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const id = "0190b4c5-0000-7000-8000-000000000001"
const integrationId = IntegrationId.make(id)

const routes = {
  start: ["POST", "/v1/users/{user}/authorizations", { body: { provider: "sandbox", return_to: "https://app.test" } }],
  authorization: ["GET", "/v1/users/{user}/authorizations/{id}", {}],
  complete: ["POST", "/v1/users/{user}/authorizations/{id}/complete", { body: { completion_token: "x" } }],
  callback: ["GET", "/v1/callback/{provider}", {}],
  list: ["GET", "/v1/users/{user}/integrations", {}],
  integration: ["GET", "/v1/users/{user}/integrations/{id}", {}],
  disconnect: ["DELETE", "/v1/users/{user}/integrations/{id}", {}],
  token: ["POST", "/v1/users/{user}/integrations/{id}/token", {}],
  refresh: ["POST", "/v1/users/{user}/integrations/{id}/refresh", {}],
  export: ["GET", "/v1/users/{user}/export", {}],
  erase: ["DELETE", "/v1/users/{user}", {}],
  provider: ["GET", "/v1/providers/{provider}", {}],
  policies: ["GET", "/v1/scope-policies", {}],
  policy: ["GET", "/v1/scope-policies/{provider}", {}],
  putPolicy: ["PUT", "/v1/scope-policies/{provider}", { body: {} }],
  tryPolicy: ["POST", "/v1/scope-policies/{provider}/dry-run", { body: {} }],
  features: ["GET", "/v1/users/{user}/features", {}],
  feature: ["GET", "/v1/users/{user}/features/{feature}", {}],
  activate: ["POST", "/v1/users/{user}/features/{feature}/activate", { body: { return_to: "https://app.test" } }],
  deactivate: ["POST", "/v1/users/{user}/features/{feature}/deactivate", {}],
  auditEvents: ["GET", "/v1/audit-events", {}],
  auditExport: ["GET", "/v1/audit-events/export", {}],
  auditVerification: ["GET", "/v1/audit-events/verification", {}],
  usersEvents: ["GET", "/v1/users/{user}/audit-events", {}],
  consents: ["GET", "/v1/users/{user}/consents", {}],
  withdraw: ["DELETE", "/v1/users/{user}/consents/{id}", {}]
} as const satisfies Record<string, readonly [method: string, template: string, call: Call]>

type Route = keyof typeof routes

const onUsers = [
  "start",
  "authorization",
  "complete",
  "list",
  "integration",
  "disconnect",
  "token",
  "refresh",
  "export",
  "erase",
  "usersEvents",
  "features",
  "feature",
  "activate",
  "deactivate",
  "consents",
  "withdraw"
] as const
const onDrafts = ["putPolicy", "tryPolicy"] as const
const onPolicies = ["policies", "policy", ...onDrafts] as const
const onTokens = ["token", "refresh"] as const

const pathOf = (template: string): string =>
  template
    .replace("{user}", "me")
    .replace("{feature}", "sandbox.notes.read")
    .replace("{id}", id)
    .replace(/\{provider\}$/, "sandbox?state=s&code=c")
    .replace("{provider}", "sandbox")

const notReady = (status: AuthorizationStatus, more: { readonly error?: AuthorizationError } = {}) =>
  new AuthorizationNotReady({
    status,
    integrationId: status === "completed" ? Option.some(integrationId) : Option.none(),
    error: Option.fromUndefinedOr(more.error)
  })

const unavailable = (retryAfter: Option.Option<Duration.Duration>) =>
  new ProviderUnavailable({ provider: "sandbox", reason: "rate_limited", retryAfter })

interface Row {
  readonly failure: { readonly _tag: string }
  readonly on: ReadonlyArray<Route>
  readonly code: ProblemCode
  readonly members?: Record<string, unknown>
  readonly retryAfter?: string
}

const simpleFailures = AuthorizationError.literals.filter(
  (error) => error !== "account_mismatch" && error !== "scope_escalation"
)

const table: ReadonlyArray<Row> = [
  { failure: new NotFound(), on: [...onUsers, "policy", ...onDrafts], code: "not_found" },
  {
    failure: new PermissionRequired({ permission: "integrations:write" }),
    on: onUsers,
    code: "permission_required",
    members: { permission: "integrations:write" }
  },
  {
    failure: new PermissionRequired({ permission: "policies:write" }),
    on: onPolicies,
    code: "permission_required",
    members: { permission: "policies:write" }
  },
  {
    failure: new RepositoryUnavailable({ operation: "secret-host:5432" }),
    on: [...onUsers, ...onPolicies, "callback"],
    code: "storage_unavailable",
    retryAfter: "5"
  },
  {
    failure: new RepositoryUnavailable({ operation: "secret-host:5432", part: "audit" }),
    on: [...onUsers, ...onPolicies, "callback", "auditEvents", "auditExport", "auditVerification"],
    code: "audit_unavailable",
    retryAfter: "5"
  },
  {
    failure: new VaultFailed({ reason: "unknown_key" }),
    on: ["complete", ...onTokens, "callback"],
    code: "internal_error"
  },
  { failure: new UnknownProvider({ provider: "x" }), on: ["start"], code: "unknown_provider" },
  { failure: new UnknownProvider({ provider: "x" }), on: ["provider"], code: "not_found" },
  { failure: new UnknownProvider({ provider: "x" }), on: ["complete"], code: "provider_misconfigured" },
  {
    failure: new UnknownScope({ provider: "sandbox", scopes: ["a", "b"] }),
    on: ["start", ...onDrafts],
    code: "unknown_scope",
    members: { scopes: ["a", "b"] }
  },
  {
    failure: new UnknownFeature({ provider: "sandbox", features: ["a"] }),
    on: ["start", ...onDrafts],
    code: "unknown_feature",
    members: { features: ["a"] }
  },
  { failure: new ReturnUrlNotAllowed({ returnTo: "https://evil.test" }), on: ["start"], code: "return_to_not_allowed" },
  { failure: new ProviderMismatch({ provider: "google" }), on: ["start"], code: "provider_mismatch" },
  { failure: new ProviderNotConfigured({ provider: "my-crm" }), on: ["start"], code: "provider_not_configured" },
  { failure: new Disconnected({ integrationId }), on: ["start", ...onTokens], code: "disconnected" },
  { failure: new ErasureInProgress(), on: ["start"], code: "erasure_in_progress", retryAfter: "30" },
  {
    failure: new ReauthorizationRequired({ provider: aProviderId, scopes: scopes("openid") }),
    on: onTokens,
    code: "reauthorization_required",
    members: { authorize: { provider: "sandbox", scopes: ["openid"] } }
  },
  { failure: new AdminActionRequired({ provider: "sandbox" }), on: onTokens, code: "admin_action_required" },
  {
    failure: new SharedGrantUnconfirmed({ integrations: [integrationId] }),
    on: ["disconnect"],
    code: "shared_grant",
    members: { integrations: [id] }
  },
  {
    failure: new ScopeNotGranted({ missing: scopes("a", "b") }),
    on: ["token"],
    code: "scope_not_granted",
    members: { missing_scopes: ["a", "b"] }
  },
  {
    failure: new ScopeNotAllowed({ provider: "sandbox", scopes: scopes("a") }),
    on: ["start", "activate", ...onTokens],
    code: "scope_not_allowed",
    members: { scopes: ["a"] }
  },
  {
    failure: new FeatureNotAllowed({ feature: features("sandbox.notes.read")[0] ?? assert.fail() }),
    on: ["start", "activate"],
    code: "feature_not_allowed",
    members: { feature: "sandbox.notes.read" }
  },
  { failure: new PurposeRequired({ provider: "sandbox" }), on: ["token"], code: "purpose_required" },
  {
    failure: new TokenTooWide({ provider: "sandbox", excess: scopes("a") }),
    on: onTokens,
    code: "token_too_wide",
    members: { excess_scopes: ["a"] }
  },
  {
    failure: new ProviderChoiceRequired({ providers: [aProviderId] }),
    on: ["activate"],
    code: "provider_choice_required",
    members: { providers: ["sandbox"] }
  },
  {
    failure: new ProviderUnsuitable({ provider: "notion", providers: [aProviderId] }),
    on: ["activate"],
    code: "provider_unsuitable",
    members: { providers: ["sandbox"] }
  },
  {
    failure: new ConsentTextOutdated({ version: "today" }),
    on: ["start", "activate"],
    code: "consent_text_outdated",
    members: { version: "today" }
  },
  {
    failure: new PolicyOutdated({ version: 7 }),
    on: onDrafts,
    code: "policy_outdated",
    members: { version: 7 }
  },
  { failure: new CompletionTokenInvalid(), on: ["complete"], code: "completion_token_invalid" },
  { failure: new CompletionInProgress(), on: ["complete"], code: "completion_in_progress", retryAfter: "2" },
  { failure: notReady("pending"), on: ["complete"], code: "authorization_not_ready" },
  { failure: notReady("authorized"), on: ["complete"], code: "authorization_not_ready" },
  { failure: notReady("expired"), on: ["complete"], code: "authorization_expired" },
  {
    failure: notReady("completed"),
    on: ["complete"],
    code: "authorization_completed",
    members: { integration_id: id }
  },
  { failure: notReady("failed"), on: ["complete"], code: "authorization_failed" },
  {
    failure: notReady("failed", { error: "access_denied" }),
    on: ["complete"],
    code: "authorization_failed",
    members: { error: "access_denied" }
  },
  { failure: new AuthorizationFailed({ error: "account_mismatch" }), on: ["complete"], code: "account_mismatch" },
  { failure: new AuthorizationFailed({ error: "scope_escalation" }), on: ["complete"], code: "scope_escalation" },
  ...simpleFailures.map((error): Row => ({
    failure: new AuthorizationFailed({ error }),
    on: ["complete"],
    code: "authorization_failed",
    members: { error }
  })),
  {
    failure: unavailable(Option.none()),
    on: ["start", "complete", ...onTokens],
    code: "provider_unavailable",
    retryAfter: "5"
  },
  {
    failure: unavailable(Option.some(Duration.millis(1500))),
    on: ["token"],
    code: "provider_unavailable",
    retryAfter: "2"
  },
  { failure: unavailable(Option.some(Duration.zero)), on: ["token"], code: "provider_unavailable", retryAfter: "1" },
  {
    failure: new ProviderMisconfigured({ provider: "sandbox", code: "invalid_client" }),
    on: ["start", "complete", ...onTokens],
    code: "provider_misconfigured"
  },
  { failure: new UnknownState(), on: ["callback"], code: "unknown_state" }
]

/** Answered before any use-case is asked. */
const edge: ReadonlyArray<readonly [code: ProblemCode, method: string, path: string, call: Call]> = [
  ["authentication_required", "GET", "/v1/providers", {}],
  ["invalid_token", "GET", "/v1/providers", { bearer: "x" }],
  ["invalid_request", "GET", "/v1/providers?limit=0", { bearer: adasToken }],
  ["not_found", "GET", "/nowhere", {}],
  ["method_not_allowed", "DELETE", "/v1/providers", { bearer: adasToken }],
  ["payload_too_large", "POST", pathOf(routes.token[1]), { bearer: adasToken, body: "1".repeat(65_537) }],
  [
    "unsupported_media_type",
    "POST",
    pathOf(routes.token[1]),
    { bearer: adasToken, body: "a=b", headers: { "content-type": "text/plain" } }
  ]
]

/** Reached where the fault itself is tested: KeysUnavailable and NotReady. */
const elsewhere: ReadonlyArray<ProblemCode> = ["authentication_unavailable", "not_ready", "rate_limited"]

const failingWith = (failure: unknown) =>
  Effect.provide(layerNoApplication().pipe(Layer.provide(allEndIn(Effect.fail(failure)))), { local: true })

const assertProblem = ({ status, body, headers }: Answer, code: ProblemCode) => {
  assert.strictEqual(body.code, code)
  assert.strictEqual(status, problemCatalogue[code].status)
  assert.strictEqual(headers.get("content-type"), "application/problem+json")
  assert.deepInclude(body, { type: problemType(code), title: problemCatalogue[code].title, status })
  assert.isAbove(body.detail.length, 10)
  assert.strictEqual(body.request_id, headers.get("x-request-id"))
}

const common = new Set(["type", "title", "status", "code", "detail", "request_id"])

describe("every failure of a use-case", () => {
  for (const { failure, on, code, members = {}, retryAfter } of table) {
    for (const route of on) {
      const [method, template, options] = routes[route]
      it.effect(`${failure._tag} on ${method} ${template} is ${code} ${JSON.stringify(members)}`, () =>
        Effect.gen(function* () {
          const answer = yield* call(method, pathOf(template), { bearer: adasToken, ...options })
          assertProblem(answer, code)
          const own = Object.entries(answer.body).filter(([name]) => !common.has(name))
          assert.deepStrictEqual(Object.fromEntries(own), members)
          assert.strictEqual(answer.headers.get("retry-after"), retryAfter ?? null)
          assert.include(operationOf(method, template).problems, `${answer.status} ${code}`)
          assert.notMatch(answer.text, /secret-host|evil\.test|invalid_client/)
        }).pipe(failingWith(failure))
      )
    }
  }

  it.effect("names the setting that a provider lacks", () =>
    Effect.gen(function* () {
      const { body } = yield* call("POST", "/v1/users/me/authorizations", { bearer: adasToken, ...routes.start[2] })
      assert.include(body.detail, "PROVIDER_MY_CRM_CLIENT_ID")
    }).pipe(failingWith(new ProviderNotConfigured({ provider: "my-crm" })))
  )
})

describe("every fault of a request", () => {
  for (const [code, method, path, options] of edge) {
    it.effect(`${method} ${path} is ${code}`, () =>
      Effect.map(call(method, path, options), (answer) => assertProblem(answer, code)).pipe(failingWith(new NotFound()))
    )
  }
})

describe("a body that breaks off", () => {
  it.effect("is the request's fault", () =>
    Effect.gen(function* () {
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error("hung up")) })
      const answer = yield* call("POST", pathOf(routes.token[1]), { bearer: adasToken, body })
      assertProblem(answer, "invalid_request")
      assert.deepStrictEqual(answer.body.errors, [{ path: "body", message: "could not be read" }])
    }).pipe(failingWith(new NotFound()))
  )
})

describe("an answer that is not of the contract's shape", () => {
  const Broken = Layer.mock(ReadAccessToken, { read: () => Effect.succeed(Object.create(null)) })
  const application = Layer.merge(allEndIn(Effect.fail(new NotFound())), Broken)

  it.effect("is a fault of the service", () =>
    Effect.gen(function* () {
      const answer = yield* call("POST", pathOf(routes.token[1]), { bearer: adasToken })
      assertProblem(answer, "internal_error")
    }).pipe(Effect.provide(layerNoApplication().pipe(Layer.provide(application)), { local: true }))
  )
})

it("leaves no code of the catalogue unreached", () => {
  const reached = new Set([...table.map(({ code }) => code), ...edge.map(([code]) => code), ...elsewhere])
  assert.sameMembers([...reached], [...problemCodes])
})
