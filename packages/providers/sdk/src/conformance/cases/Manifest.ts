import type { ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { pathsOf } from "../simulator/Accounts.ts"

type Lines = ReadonlyArray<string>

const check = (name: string, faults: (definition: ProviderDefinition) => Lines): Case => ({
  name,
  run: ({ definition }) => {
    const found = faults(definition)
    return holds(found.length === 0, found.join("\n"))
  }
})

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

const wording: ReadonlyArray<
  readonly [
    field: string,
    of: (
      definition: ProviderDefinition
    ) => ReadonlyArray<{ readonly value: string; readonly title: string; readonly description?: string }>
  ]
> = [
  ["scopes", ({ scopes }) => scopes],
  ["features", ({ features }) => features.map(({ id, title }) => ({ value: id, title }))],
  ["registeredCapabilities", ({ registeredCapabilities = [] }) => registeredCapabilities]
]

interface Wording {
  readonly value: string
  readonly title: string
  readonly description?: string
}

const titleFault = ({ title, value }: Wording): string | undefined =>
  title === value ? `title: must tell people what ${value} is, in words of their own` : undefined

const descriptionFault = ({ description, title, value }: Wording): string | undefined =>
  description !== undefined && [title, value].some((other) => same(description, other))
    ? `description: must tell people what ${value} opens, in more words than its title`
    : undefined

const wordingFaults = (definition: ProviderDefinition): Lines =>
  wording.flatMap(([field, of]) =>
    of(definition).flatMap((one, index) =>
      [titleFault(one), descriptionFault(one)].flatMap((fault) =>
        fault === undefined ? [] : [`${field}.${index}.${fault}`]
      )
    )
  )

/** An address can change hands, and with it everything that was connected. */
const isEmail = (path: string, email: string | undefined): boolean => path === email || /(^|\.)e-?mail$/i.test(path)

const pathFaults = ({ hooks, identity }: ProviderDefinition): Lines => {
  if (hooks?.account !== undefined) return []
  const { email, ids, name } = pathsOf(identity)
  const named = [...ids, email, name].filter((path) => path !== undefined)
  return [
    ...named.flatMap((path) =>
      named
        .filter((other) => other.startsWith(`${path}.`))
        .map((other) => `identity: ${other} goes through ${path}, which is a value`)
    ),
    ...ids
      .filter((path) => isEmail(path, email))
      .map((path) => `identity.id: must not be ${path}, since an e-mail address can change hands`)
  ]
}

const year = 31_622_400

const lifetimeFaults = ({ accessTokenLifetime, refreshTokens, reverifyEvery }: ProviderDefinition): Lines => {
  const { lifetimes = [], rotation } = refreshTokens === false ? {} : refreshTokens
  return [
    ...(accessTokenLifetime !== undefined && (accessTokenLifetime < 60 || accessTokenLifetime > year)
      ? ["accessTokenLifetime: must be between a minute and a year"]
      : []),
    ...(reverifyEvery !== undefined && reverifyEvery < 3600 ? ["reverifyEvery: must be an hour or more"] : []),
    ...(typeof rotation === "object" && rotation.grace > 86_400
      ? ["refreshTokens.rotation.grace: must be a day or less; longer is overlap"]
      : []),
    ...lifetimes.flatMap(({ seconds }, index) =>
      seconds <= (accessTokenLifetime ?? 600)
        ? [`refreshTokens.lifetimes.${index}.seconds: must be longer than an access token lives`]
        : []
    )
  ]
}

const presentationFaults = ({ brand, links, revocation }: ProviderDefinition): Lines => [
  ...(brand === undefined ? ["brand: must be given, so that a page can show the provider"] : []),
  ...(revocation.kind === "unsupported" && (links?.manageAccess ?? []).length === 0
    ? ["links.manageAccess: must say where users withdraw access, since revocation is unsupported"]
    : [])
]

const scopeFaults = ({ features, identityScopes, scopes }: ProviderDefinition): Lines =>
  features.length === 0 && scopes.length > identityScopes.length
    ? ["features: must offer something, since there are scopes beyond those that identify the account"]
    : []

export const manifest: CaseGroup = {
  title: "the manifest",
  cases: [
    check("describes scopes, features and capabilities for people", wordingFaults),
    check("tells where each part of the account stands", pathFaults),
    check("tells lifetimes that can be", lifetimeFaults),
    check("says how the provider is shown, and where access is withdrawn", presentationFaults),
    check("offers what its scopes are for", scopeFaults)
  ]
}
