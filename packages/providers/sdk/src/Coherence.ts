import type { Schema } from "effect"
import { methodsOf } from "./manifest/ClientAuthentication.ts"
import { isRegularExpression } from "./manifest/Text.ts"
import type { Fields } from "./ProviderDefinition.ts"

type Definition = typeof Fields.Type

const at = (issue: string, ...path: ReadonlyArray<string | number>): Schema.FilterIssue => ({ path, issue })

const repeated = <A>(items: ReadonlyArray<A>): ReadonlyArray<number> =>
  items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []))

const scopeIssues = ({ features, id, identityScopes, scopes }: Definition): ReadonlyArray<Schema.FilterIssue> => {
  const values = scopes.map(({ value }) => value)
  const spellings = scopes.flatMap(({ aliases = [], value }) => [value, ...aliases])
  const unknown = (scope: string) => !spellings.includes(scope as (typeof spellings)[number])
  return [
    ...repeated(values).map((index) => at("is listed twice", "scopes", index, "value")),
    ...scopes.flatMap(({ aliases = [], implies = [], value }, index) => [
      ...aliases.flatMap((alias, position) =>
        spellings.filter((spelling) => spelling === alias).length > 1
          ? [at(`is also how another scope is written`, "scopes", index, "aliases", position)]
          : []
      ),
      ...implies.flatMap((implied, position) =>
        unknown(implied) || implied === value
          ? [at("must be another scope of the catalogue", "scopes", index, "implies", position)]
          : []
      )
    ]),
    ...identityScopes.flatMap((scope, index) =>
      unknown(scope) ? [at("must be among scopes", "identityScopes", index)] : []
    ),
    ...repeated(features.map((feature) => feature.id)).map((index) => at("is listed twice", "features", index, "id")),
    ...features.flatMap((feature, index) => [
      ...(feature.id.startsWith(`${id}.`) ? [] : [at(`must begin with ${id}.`, "features", index, "id")]),
      ...feature.scopes.flatMap((scope, position) =>
        unknown(scope) ? [at("must be among scopes", "features", index, "scopes", position)] : []
      ),
      ...(feature.scopes.length === 0 && scopes.length > 0
        ? [at("must name at least one scope, since the provider has some", "features", index, "scopes")]
        : [])
    ])
  ]
}

const endpointIssues = (definition: Definition): ReadonlyArray<Schema.FilterIssue> => {
  const { api, hooks, identity, identityScopes, location, revocation } = definition
  const isWritten = location.kind === "endpoints"
  const endpoints = isWritten ? location.endpoints : undefined
  const lacks = (name: "jwks" | "revocation" | "userinfo", reason: string) =>
    endpoints !== undefined && endpoints[name] === undefined
      ? [at(`must be given, since ${reason}`, "location", "endpoints", name)]
      : []
  const needsRevocation =
    revocation.kind === "rfc7009" || (revocation.kind === "request" && revocation.url === undefined)
  return [
    ...(revocation.kind === "request" && revocation.url !== undefined && endpoints?.revocation !== undefined
      ? [at("must be left out, since revocation names its own url", "location", "endpoints", "revocation")]
      : []),
    ...(revocation.kind === "request"
    && Object.values(revocation.body).filter((value) => value === "{token}").length !== 1
      ? [at("must have exactly one member whose value is {token}", "revocation", "body")]
      : []),
    ...(needsRevocation ? lacks("revocation", "revocation uses it") : []),
    ...(identity.kind === "userinfo" ? lacks("userinfo", "identity uses it") : []),
    ...(identity.kind === "id_token" ? lacks("jwks", "identity verifies an ID token") : []),
    ...(identity.kind === "id_token" && isWritten && location.issuer === undefined
      ? [at("must be given, since identity verifies an ID token", "location", "issuer")]
      : []),
    ...(identity.kind === "id_token" && !identityScopes.some((scope) => scope === "openid")
      ? [at("must hold openid, since identity needs an ID token", "identityScopes")]
      : []),
    ...(identity.kind === "api" && api === undefined ? [at("must be given, since identity asks the API", "api")] : []),
    ...(identity.kind !== "id_token" && hooks?.acceptsIdentity !== undefined
      ? [at("is never asked, since identity is not by an ID token", "hooks", "acceptsIdentity")]
      : [])
  ]
}

const clientIssues = ({ clientAuthentication, pkce }: Definition): ReadonlyArray<Schema.FilterIssue> => {
  const methods = methodsOf(clientAuthentication)
  return [
    ...repeated(methods).map((index) => at("is listed twice", "clientAuthentication", index)),
    ...(methods.includes("none") && pkce !== "required"
      ? [at("must be required for a client without a secret", "pkce")]
      : [])
  ]
}

const reserved = new Set([
  "api_base_url",
  "client_id",
  "client_key",
  "client_secret",
  "issuer",
  "name",
  "scope",
  "scopes",
  "sensitivity",
  "token"
])

const isReserved = (name: string): boolean => reserved.has(name) || name.endsWith("_endpoint") || name.endsWith("_uri")

const settingIssues = ({ notices, refreshTokens, settings = {} }: Definition): ReadonlyArray<Schema.FilterIssue> => {
  const isUnknown = (condition: { readonly setting: string } | undefined) =>
    condition !== undefined && !Object.hasOwn(settings, condition.setting)
  return [
    ...Object.keys(settings)
      .filter(isReserved)
      .map((name) => at("is a setting that every provider has", "settings", name)),
    ...Object.entries(settings).flatMap(([name, { default: value, pattern }]) =>
      pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value)
        ? [at("must match the setting's own pattern", "settings", name, "default")]
        : []
    ),
    ...(refreshTokens === false ? [] : (refreshTokens.lifetimes ?? [])).flatMap(({ onlyIf }, index) =>
      isUnknown(onlyIf) ? [at("must be among settings", "refreshTokens", "lifetimes", index, "onlyIf", "setting")] : []
    ),
    ...(notices ?? []).flatMap(({ onlyIf }, index) =>
      isUnknown(onlyIf) ? [at("must be among settings", "notices", index, "onlyIf", "setting")] : []
    )
  ]
}

/** Whoever writes a description must not keep the server busy by it: no pattern that tries ever more of a text that is short. */
const isQuick = (pattern: string): boolean => {
  const bare = pattern
    .replaceAll(/\\[^1-9k]/g, "x")
    .replaceAll(/\[[^\]]*\]/g, "x")
    .replaceAll("(?:", "(")
  const repetitions = bare.match(/[*+?{]/g) ?? []
  return pattern.length <= 200 && repetitions.length <= 2 && !/\)[*+?{]|\(\?|\\/.test(bare)
}

const patternIssues = ({ errors, sharedGrant }: Definition): ReadonlyArray<Schema.FilterIssue> => [
  ...(sharedGrant?.project !== undefined && !isRegularExpression(sharedGrant.project)
    ? [at("must be a regular expression", "sharedGrant", "project")]
    : []),
  ...(errors?.numberInDescription !== undefined && !isRegularExpression(errors.numberInDescription)
    ? [at("must be a regular expression", "errors", "numberInDescription")]
    : []),
  ...(errors?.numberInDescription !== undefined && !isQuick(errors.numberInDescription)
    ? [at("must repeat at most two things, and no group", "errors", "numberInDescription")]
    : [])
]

/** What is filled in at a place later than the settings are. */
const filledLater = (path: ReadonlyArray<string>, { identity }: Definition): ReadonlyArray<string> => {
  const [first, second] = path
  switch (`${first}.${second}`) {
    case "location.issuer":
    case "identity.issuerAliases":
      return identity.kind === "id_token" ? Object.keys(identity.issuerClaims ?? {}) : []
    case "revocation.url":
      return ["client_id"]
    case "revocation.body":
      return ["token"]
    case "links.adminConsent":
      return ["client_id", "redirect_uri", "scope"]
    default:
      return []
  }
}

const prose = new Set(["default", "description", "logo", "numberInDescription", "pattern", "project", "text", "title"])

const stringsOf = (
  value: unknown,
  path: ReadonlyArray<string>
): ReadonlyArray<readonly [ReadonlyArray<string>, string]> => {
  if (typeof value === "string") return [[path, value]]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => (prose.has(name) ? [] : stringsOf(member, [...path, name])))
}

/** A name in braces that nothing will ever fill is a slip of the pen. */
const placeholderIssues = (definition: Definition): ReadonlyArray<Schema.FilterIssue> => {
  const settings = Object.keys(definition.settings ?? {})
  return stringsOf(definition, []).flatMap(([path, text]) => {
    const known = new Set([...settings, ...filledLater(path, definition)])
    return [...text.matchAll(/\{([a-z][a-z0-9_]*)\}/g)].flatMap(([placeholder, name]) =>
      name === undefined || known.has(name) ? [] : [at(`${placeholder} is no setting of the plugin`, ...path)]
    )
  })
}

/** What is wrong between the fields of a manifest, each of which is right by itself. */
export const incoherences = (definition: Definition): ReadonlyArray<Schema.FilterIssue> => [
  ...scopeIssues(definition),
  ...endpointIssues(definition),
  ...clientIssues(definition),
  ...settingIssues(definition),
  ...placeholderIssues(definition),
  ...patternIssues(definition)
]
