import { Schema } from "effect"
import { Role } from "../access/Permission.ts"
import { FeatureId, type Provider, Sensitivity } from "../provider/Provider.ts"
import { canonical, canonicalAll, closure } from "../provider/ScopeCatalogue.ts"
import { Scope } from "../scope/Scope.ts"

const Rule = {
  /** Absent: the whole catalogue. Empty: nothing. */
  allowed: Schema.optionalKey(Schema.Array(Scope)),
  denied: Schema.optionalKey(Schema.Array(Scope)),
  /** The most that a scope may open. */
  max_sensitivity: Schema.optionalKey(Sensitivity)
}

export const ScopeRule = Schema.Struct(Rule)
export type ScopeRule = typeof ScopeRule.Type

/** Whether a token is handed out that can do more at the provider than its caller may. */
export const WiderTokens = Schema.Literals(["refuse", "release"])
export type WiderTokens = typeof WiderTokens.Type

/** What a tenant lets its users and services do at one provider. */
export const ScopePolicy = Schema.Struct({
  ...Rule,
  /** Further limits for callers by role; a caller with several roles has what the widest of them gives. */
  by_role: Schema.optionalKey(Schema.Record(Role, Schema.optionalKey(ScopeRule))),
  /** Absent: all features. */
  features: Schema.optionalKey(Schema.Array(FeatureId)),
  /** `refuse` unless it says otherwise. */
  wider_tokens: Schema.optionalKey(WiderTokens),
  /** Is a token handed out only to callers who say what for? Not unless it says so. */
  purpose_required: Schema.optionalKey(Schema.Boolean)
})
export type ScopePolicy = typeof ScopePolicy.Type

/** Where a tenant has none: everything of the catalogue. */
export const unrestricted: ScopePolicy = {}

const rank: Record<Sensitivity, number> = { basic: 0, sensitive: 1, restricted: 2 }

const sensitivityOf = (provider: Provider, scope: Scope): Sensitivity =>
  provider.scopes.find(({ value }) => value === scope)?.sensitivity ?? "restricted"

const permitsBy = (provider: Provider, rule: ScopeRule, scope: Scope): boolean => {
  const { allowed, denied, max_sensitivity: ceiling } = rule
  // What identifies the account comes with whatever else is allowed
  const listed = allowed === undefined || allowed.length === 0 ? allowed : [...allowed, ...provider.identityScopes]
  if (listed !== undefined && !closure(provider, listed).includes(scope)) return false
  // A scope gives all that it implies: whoever may not have that may not have it
  const opened = closure(provider, [scope])
  const refused = canonicalAll(provider, denied ?? [])
  if (opened.some((one) => refused.includes(one))) return false
  return ceiling === undefined || opened.every((one) => rank[sensitivityOf(provider, one)] <= rank[ceiling])
}

/** What passes the tenant's own rule, and that of one of the roles; a caller without any is bound by the rules of all. */
const passes = (policy: ScopePolicy, roles: ReadonlyArray<Role>, by: (rule: ScopeRule) => boolean): boolean => {
  const { by_role = {} } = policy
  if (!by(policy)) return false
  if (roles.length === 0) return Object.values(by_role).every(by)
  return roles.some((role) => {
    const rule = by_role[role]
    return rule === undefined || by(rule)
  })
}

/** May a caller with these roles have the scope? */
export const permits = (policy: ScopePolicy, provider: Provider, roles: ReadonlyArray<Role>, asked: Scope): boolean => {
  const scope = canonical(provider, asked)
  return passes(policy, roles, (rule) => permitsBy(provider, rule, scope))
}

/** Is anything allowed to a caller with these roles? Only this closes a provider that has no scopes. */
export const permitsAnything = (policy: ScopePolicy, roles: ReadonlyArray<Role>): boolean =>
  passes(policy, roles, ({ allowed }) => allowed?.length !== 0)

const isRestricted = ({ allowed, by_role, denied, max_sensitivity }: ScopePolicy): boolean =>
  [allowed, by_role, denied, max_sensitivity].some((limit) => limit !== undefined)

export const permitted = (
  policy: ScopePolicy,
  provider: Provider,
  roles: ReadonlyArray<Role>,
  scopes: ReadonlyArray<Scope>
): ReadonlyArray<Scope> =>
  isRestricted(policy) ? scopes.filter((scope) => permits(policy, provider, roles, scope)) : scopes

export const permitsFeature = ({ features }: ScopePolicy, id: FeatureId): boolean =>
  features === undefined || features.includes(id)
