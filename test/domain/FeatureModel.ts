import { Option } from "effect"
import type { AnyPolicy, anyHolding, AnyWorld } from "./FeatureWorld.ts"

/** What features and releases ought to be, written anew and over plain names: nothing here is the domain's. */
const gives: Readonly<Record<string, ReadonlyArray<string>>> = {
  openid: ["openid"],
  read: ["read"],
  READ: ["read"],
  write: ["write", "read"],
  admin: ["admin", "write", "read"],
  mail: ["mail"]
}
const classOf: Readonly<Record<string, number>> = { openid: 0, read: 0, READ: 0, write: 1, admin: 2, mail: 2 }
const ceilings = ["basic", "sensitive", "restricted"]

const powers = (scopes: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(scopes.flatMap((one) => gives[one] ?? []))
const spelled = (scope: string): string => (scope === "READ" ? "read" : scope)

type Policy = Option.Option<typeof AnyPolicy.Type>
type Rule = Pick<typeof AnyPolicy.Type, "allowed" | "ceiling" | "denied">

const ruleAllows = ({ allowed, ceiling, denied }: Rule, scope: string): boolean => {
  if (Option.isSome(allowed)) {
    if (allowed.value.length === 0) return false
    if (!powers([...allowed.value, "openid"]).has(spelled(scope))) return false
  }
  if (Option.isSome(denied) && denied.value.some((one) => powers([scope]).has(spelled(one)))) return false
  return (
    Option.isNone(ceiling)
    || [...powers([scope])].every((one) => (classOf[one] ?? 9) <= ceilings.indexOf(ceiling.value))
  )
}

type Roles = ReadonlyArray<"user" | "service">

/** The tenant's rule, and that of any of the caller's roles; those of all where the caller has none. */
const passes = (policy: Policy, roles: Roles, by: (rule: Rule) => boolean): boolean => {
  if (Option.isNone(policy)) return true
  const ofRole = (role: "user" | "service") => Option.isNone(policy.value[role]) || by(policy.value[role].value)
  return by(policy.value) && (roles.length === 0 ? ofRole("user") && ofRole("service") : roles.some(ofRole))
}

export const allows = (policy: Policy, roles: Roles, scope: string): boolean =>
  passes(policy, roles, (rule) => ruleAllows(rule, scope))

const isOpen = (policy: Policy, roles: Roles): boolean =>
  passes(policy, roles, ({ allowed }) => Option.isNone(allowed) || allowed.value.length > 0)

/** Is the feature with the number active? */
export const isActive = (world: AnyWorld, number: number): boolean => {
  const feature = world.features[number]
  if (feature === undefined) return false
  if (feature.dependsOn.some((other) => other < number && !isActive(world, other))) return false
  const partIsActive = (provider: "one" | "two", required: ReadonlyArray<string>): boolean => {
    if (world.unconfigured[provider] === 0) return false
    const policy = world.policies[provider]
    if (
      Option.isSome(policy)
      && Option.exists(policy.value.features, (listed) => !listed.some((one) => one === number))
    ) {
      return false
    }
    if (!isOpen(policy, world.roles)) return false
    if (!required.every((scope) => allows(policy, world.roles, scope))) return false
    return world.integrations.some((one) => {
      if (one.provider !== provider || one.status !== "active" || !one.features.some((on) => on === number))
        return false
      const isAgreed = (scope: string) => one.consented.some((agreed) => agreed === scope)
      const held = one.granted.every(isAgreed) ? one.granted : [...powers(one.granted)].filter(isAgreed)
      const usable = held.filter((scope) => allows(policy, world.roles, scope))
      return required.every((scope) => powers(usable).has(spelled(scope)))
    })
  }
  return feature.alternatives.some(({ another, first, second }) => {
    if (another === 0 || !partIsActive(first.provider, first.part.required)) return false
    return Option.isNone(second) || partIsActive(first.provider === "one" ? "two" : "one", second.value.required)
  })
}

/** What becomes of a release: what is handed out, or why nothing is. */
export const released = (
  policy: typeof AnyPolicy.Type,
  roles: Roles,
  { consented, granted, inUse, surplus }: typeof anyHolding.Type,
  asked: ReadonlyArray<string>
): ReadonlyArray<string> | "ScopeNotGranted" | "ScopeNotAllowed" | "TokenTooWide" => {
  const has = (scopes: ReadonlyArray<string>, scope: string) => scopes.some((one) => one === scope)
  const isCovered = (scopes: ReadonlyArray<string>) => asked.every((scope) => powers(scopes).has(spelled(scope)))
  const agreed = granted.filter((scope) => has(consented, scope))
  // Of a scope that is not in use those may be that it implies
  const held = agreed.every((scope) => has(inUse, scope))
    ? agreed
    : [...powers(agreed)].filter((scope) => has(inUse, scope))
  if (!isCovered(held)) return "ScopeNotGranted"
  const allowed = held.filter((scope) => allows(Option.some(policy), roles, scope))
  if (!isCovered(allowed)) return "ScopeNotAllowed"
  // A token of which nothing is allowed stays here though nothing is asked for by name
  if (!isOpen(Option.some(policy), roles) || (held.length > 0 && allowed.length === 0)) return "ScopeNotAllowed"
  const isTooWide = [...granted, ...surplus].some(
    (scope) => !allows(Option.some(policy), roles, scope) || (!has(consented, scope) && !has(surplus, scope))
  )
  if (isTooWide && !policy.releasesWider) return "TokenTooWide"
  return granted.length > 0 && held.length === 0 ? "ScopeNotGranted" : [...new Set(allowed)].toSorted()
}
