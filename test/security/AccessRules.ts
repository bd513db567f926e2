import type { Permission, Role } from "@oauth-manager/domain"
import { hasPermission } from "@oauth-manager/domain"
import { aCaller, aScope } from "../fakes/Samples.ts"

export interface AccessRule {
  /** `public`: no token; `any`: any caller. */
  readonly needs: Permission | "public" | "any"
  /** What the path names: a person's things as a whole, one of them, or the deployment. */
  readonly names: "nothing" | "person" | "item" | "deployment"
  readonly answers: ReadonlyArray<number>
  /** No role stands in for the person. */
  readonly inPerson?: boolean
  readonly body?: "authorization" | "completion" | "activation" | "empty"
}

const read = { needs: "integrations:read", answers: [200] } as const
const write = { needs: "integrations:write", answers: [200] } as const
const audit = { needs: "audit:read", names: "deployment", answers: [200] } as const
const policies = { needs: "policies:write", names: "deployment", answers: [200] } as const

/** Who may do what on each route of the OpenAPI document. */
export const accessRules: Readonly<Record<string, AccessRule>> = {
  "GET /health/live": { needs: "public", names: "nothing", answers: [200] },
  "GET /health/ready": { needs: "public", names: "nothing", answers: [200] },
  "GET /v1/callback/{provider}": { needs: "public", names: "nothing", answers: [400] },
  "GET /v1/providers": { needs: "any", names: "nothing", answers: [200] },
  "GET /v1/providers/{provider}": { needs: "any", names: "nothing", answers: [200] },
  "GET /v1/consent-texts": { needs: "any", names: "nothing", answers: [200] },
  "POST /v1/users/{user}/authorizations": { ...write, names: "person", answers: [201], body: "authorization" },
  "GET /v1/users/{user}/authorizations/{id}": { ...read, names: "item" },
  "POST /v1/users/{user}/authorizations/{id}/complete": { ...write, names: "item", inPerson: true, body: "completion" },
  "GET /v1/users/{user}/integrations": { ...read, names: "person" },
  "GET /v1/users/{user}/integrations/{id}": { ...read, names: "item" },
  "DELETE /v1/users/{user}/integrations/{id}": { ...write, names: "item" },
  "POST /v1/users/{user}/integrations/{id}/token": { needs: "tokens:read", names: "item", answers: [200] },
  "POST /v1/users/{user}/integrations/{id}/refresh": { ...write, names: "item" },
  "GET /v1/users/{user}/features": { ...read, names: "person" },
  "GET /v1/users/{user}/features/{feature}": { ...read, names: "person" },
  "POST /v1/users/{user}/features/{feature}/activate": {
    ...write,
    names: "person",
    answers: [200, 201],
    body: "activation"
  },
  "POST /v1/users/{user}/features/{feature}/deactivate": { ...write, names: "person" },
  "GET /v1/users/{user}/consents": { needs: "consents:read", names: "person", answers: [200] },
  "DELETE /v1/users/{user}/consents/{id}": { needs: "consents:write", names: "item", answers: [200] },
  "GET /v1/users/{user}/export": { ...read, names: "person" },
  "DELETE /v1/users/{user}": { needs: "users:erase", names: "person", answers: [200, 202] },
  "GET /v1/scope-policies": policies,
  "GET /v1/scope-policies/{provider}": policies,
  "PUT /v1/scope-policies/{provider}": { ...policies, body: "empty" },
  "POST /v1/scope-policies/{provider}/dry-run": { ...policies, body: "empty" },
  "GET /v1/users/{user}/audit-events": { ...read, names: "person" },
  "GET /v1/audit-events": audit,
  "GET /v1/audit-events/export": audit,
  "GET /v1/audit-events/verification": audit,
  "GET /v1/keys": { needs: "keys:write", names: "deployment", answers: [200] },
  "POST /v1/keys/rotation": { needs: "keys:write", names: "deployment", answers: [202], body: "empty" }
}

/** A caller as seen from the person whose data the path names. */
export interface Asker {
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly is: "the person" | "another" | "the namesake in another tenant" | "of another tenant"
  readonly credential: "good" | "none" | "expired"
}

const asker = (name: string, is: Asker["is"], roles: Asker["roles"], credential: Asker["credential"] = "good") => ({
  name,
  is,
  roles,
  credential
})

export const askers: ReadonlyArray<Asker> = [
  asker("the owner", "the person", ["user"]),
  asker("another user", "another", ["user"]),
  asker("the namesake of another tenant", "the namesake in another tenant", ["user"]),
  asker("another tenant's service and admin", "of another tenant", ["service", "admin"]),
  asker("nobody", "another", [], "none"),
  asker("the owner with an expired token", "the person", ["user"], "expired"),
  asker("an admin with an expired token", "another", ["admin"], "expired"),
  asker("a service", "another", ["service"]),
  asker("an admin", "another", ["admin"]),
  asker("an auditor", "another", ["auditor"]),
  asker("the owner without a role", "the person", [])
]

/** The statuses that an asker may get, by the rule alone. */
export const expected = (rule: AccessRule, { credential, is, roles }: Asker): ReadonlyArray<number> => {
  if (rule.needs === "public") return rule.answers
  if (credential !== "good") return [401]
  if (rule.needs === "any") return rule.answers
  const may = hasPermission(aCaller(aScope(), { roles }), rule.needs)
  if (rule.names === "deployment") return may ? rule.answers : [403]
  // In another tenant a path names somebody of that tenant: nobody is registered, so that everybody's lists are there, and empty
  const isForeign = is === "of another tenant" || is === "the namesake in another tenant"
  const reaches = roles.includes("service") || roles.includes("admin") || is !== "another"
  if (!reaches) return [404]
  if (!may) return [403]
  if (rule.names === "item" && (isForeign || (rule.inPerson === true && is !== "the person"))) return [404]
  return rule.answers
}
