import {
  type AvailableProvider,
  type Feature,
  type FeatureAlternative,
  FeatureCatalogues,
  FeatureId,
  type FeaturePart,
  type Integration,
  IntegrationId,
  IntegrationStatus,
  type Provider,
  ProviderId,
  Role,
  Scope,
  type ScopePolicy,
  Sensitivity
} from "@oauth-manager/domain"
import { Array, Option, Result, Schema } from "effect"
import { aScope, anIntegration } from "../fakes/Samples.ts"

/** `write` implies `read`, `admin` implies `write`; `READ` is another spelling of `read`. */
const names = ["openid", "read", "READ", "write", "admin", "mail"]

const scopesOf = (values: ReadonlyArray<string>): ReadonlyArray<Scope> => values.map((value) => Scope.make(value))

const definition = (value: string, sensitivity: Sensitivity, more: object = {}) => ({
  value: Scope.make(value),
  title: value,
  description: value,
  sensitivity,
  ...more
})

export const aProvider = (id: string): Provider => ({
  id: ProviderId.make(id),
  name: id,
  scopes: [
    definition("openid", "basic"),
    definition("read", "basic", { aliases: scopesOf(["READ"]) }),
    definition("write", "sensitive", { implies: scopesOf(["read"]) }),
    definition("admin", "restricted", { implies: scopesOf(["write"]) }),
    definition("mail", "restricted")
  ],
  identityScopes: scopesOf(["openid"]),
  features: [],
  incrementalAuthorization: false,
  returnsEarlierConsents: "never"
})

const upTo = <S extends Schema.Top>(item: S, most: number) => Schema.Array(item).check(Schema.isMaxLength(most))
const mayBe = <S extends Schema.Top>(item: S) => Schema.Option(item)

/** Some of the names; as its first spellings alone, as they are stored. */
const anyScopes = upTo(Schema.Literals(names), 4)
const storedScopes = upTo(Schema.Literals(names.filter((name) => name !== "READ")), 6)

const anyRule = {
  allowed: mayBe(anyScopes),
  denied: mayBe(upTo(Schema.Literals(names), 1)),
  ceiling: mayBe(Sensitivity)
}
const anyFeatures = upTo(Schema.Literals([0, 1, 2, 3]), 4)

export const AnyPolicy = Schema.Struct({
  ...anyRule,
  user: mayBe(Schema.Struct(anyRule)),
  service: mayBe(Schema.Struct(anyRule)),
  features: mayBe(anyFeatures),
  releasesWider: Schema.Boolean
})

export const anyRoles = upTo(Schema.Literals(["user", "service"]), 2)

const AnyPart = Schema.Struct({ required: upTo(Schema.Literals(names), 2), optional: upTo(Schema.Literals(names), 1) })

/** Seldom 0, which stands for what is seldom so. */
const oneOfTen = Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

/** A part at a provider, perhaps one at the other, seldom one at a provider that is not loaded. */
const AnyAlternative = Schema.Struct({
  first: Schema.Struct({ provider: Schema.Literals(["one", "two"]), part: AnyPart }),
  second: mayBe(AnyPart),
  another: oneOfTen
})
type AnyAlternative = typeof AnyAlternative.Type

const AnyFeature = Schema.Struct({
  alternatives: Schema.NonEmptyArray(AnyAlternative).check(Schema.isMaxLength(2)),
  dependsOn: upTo(Schema.Literals([0, 1, 2]), 1)
})

export const AnyWorld = Schema.Struct({
  features: Schema.Array(AnyFeature).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
  unconfigured: Schema.Struct({ one: oneOfTen, two: oneOfTen }),
  policies: Schema.Struct({ one: mayBe(AnyPolicy), two: mayBe(AnyPolicy) }),
  roles: anyRoles,
  integrations: upTo(
    Schema.Struct({
      provider: Schema.Literals(["one", "two"]),
      status: Schema.Union([IntegrationStatus, Schema.Literal("active")]),
      granted: storedScopes,
      consented: storedScopes,
      features: anyFeatures
    }),
    4
  )
})
export type AnyWorld = typeof AnyWorld.Type

export const anyHolding = Schema.Struct({
  granted: storedScopes,
  surplus: upTo(Schema.Literals(["mail", "read", "write"]), 1),
  consented: storedScopes,
  inUse: storedScopes
})

export const idOf = (index: number): FeatureId => FeatureId.make(`f${index}`)

const ruleOf = ({ allowed, ceiling, denied }: Pick<typeof AnyPolicy.Type, "allowed" | "ceiling" | "denied">) => ({
  ...(Option.isSome(allowed) ? { allowed: scopesOf(allowed.value) } : {}),
  ...(Option.isSome(denied) ? { denied: scopesOf(denied.value) } : {}),
  ...(Option.isSome(ceiling) ? { max_sensitivity: ceiling.value } : {})
})

export const policyOf = (policy: typeof AnyPolicy.Type): ScopePolicy => ({
  ...ruleOf(policy),
  by_role: {
    ...(Option.isSome(policy.user) ? { user: ruleOf(policy.user.value) } : {}),
    ...(Option.isSome(policy.service) ? { service: ruleOf(policy.service.value) } : {})
  },
  ...(Option.isSome(policy.features) ? { features: policy.features.value.map(idOf) } : {}),
  wider_tokens: policy.releasesWider ? "release" : "refuse"
})

export const rolesOf = (roles: typeof anyRoles.Type): ReadonlyArray<Role> => roles.map((role) => Role.make(role))

const partOf = (provider: string, { optional, required }: typeof AnyPart.Type): FeaturePart => ({
  provider: ProviderId.make(provider),
  required: scopesOf(required),
  optional: scopesOf(optional)
})

const alternativeOf = ({ another, first, second }: AnyAlternative): FeatureAlternative => [
  partOf(first.provider, first.part),
  ...Option.toArray(Option.map(second, (part) => partOf(first.provider === "one" ? "two" : "one", part))),
  ...(another === 0 ? [partOf("unloaded", { required: ["read"], optional: [] })] : [])
]

const featureOf = ({ alternatives, dependsOn }: typeof AnyFeature.Type, index: number): Feature => ({
  id: idOf(index),
  title: `Feature ${index}`,
  alternatives: Array.map(alternatives, alternativeOf),
  // On earlier ones alone, so that none depends on itself
  dependsOn: dependsOn.filter((other) => other < index).map(idOf)
})

/** What was generated, in the terms of the domain. */
export const worldOf = (generated: AnyWorld) => {
  const owner = aScope()
  const product = generated.features.map(featureOf)
  const available = (["one", "two"] as const).map((name): AvailableProvider => {
    const policy = generated.policies[name]
    return {
      provider: aProvider(name),
      isConfigured: generated.unconfigured[name] !== 0,
      policy: Option.isSome(policy) ? policyOf(policy.value) : {}
    }
  })
  const integrations = generated.integrations.map((one): Integration =>
    anIntegration(owner, {
      id: IntegrationId.make(anIntegration(owner).id),
      provider: ProviderId.make(one.provider),
      status: one.status,
      grantedScopes: scopesOf([...new Set(one.granted)]),
      consentedScopes: scopesOf([...new Set(one.consented)]),
      scopesInUse: [],
      features: one.features.map(idOf)
    })
  )
  const catalogue = Result.getOrThrow(
    FeatureCatalogues.build(
      available.map(({ provider }) => provider),
      product
    )
  )
  return {
    catalogue,
    providers: new Map(available.map((one) => [one.provider.id, one])),
    integrations,
    roles: rolesOf(generated.roles)
  }
}
