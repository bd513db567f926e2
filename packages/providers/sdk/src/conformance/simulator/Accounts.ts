import { type AccountFields, type Identity, type JsonObject, type ProviderDefinition, readText } from "../../index.ts"
import type { DocumentedAccount } from "../Options.ts"
import { writePath } from "../JsonTree.ts"

/** An account of the simulated provider. */
export interface SimulatedAccount {
  readonly number: number
  readonly email: string
  readonly name: string
}

export const ada: SimulatedAccount = { number: 1, email: "ada@example.org", name: "Ada Lovelace" }
export const grace: SimulatedAccount = { number: 2, email: "grace@example.org", name: "Grace Hopper" }

/** Of every account at a path or claim another value, in the form that most ids have. */
const partOf = ({ number }: SimulatedAccount, position: number): string =>
  `0000000${position}-0000-4000-8000-${String(number).padStart(12, "0")}`

export const subjectOf = (account: SimulatedAccount): string => `2482897610${account.number}`

interface Paths {
  readonly ids: ReadonlyArray<string>
  readonly email: string | undefined
  readonly name: string | undefined
}

/** Where the answer that identifies an account has what. */
export const pathsOf = (identity: Identity): Paths => ({
  ids: [identity.kind === "id_token" ? (identity.id ?? "sub") : identity.id].flat(),
  email: identity.email ?? (identity.kind === "id_token" ? "email" : undefined),
  name: identity.name ?? (identity.kind === "id_token" ? "name" : undefined)
})

const idAt = (account: SimulatedAccount, path: string, position: number): string =>
  path === "sub" ? subjectOf(account) : partOf(account, position)

/** The answer, as far as it tells who an account is. */
export const accountBody = (identity: Identity, account: SimulatedAccount): JsonObject => {
  const { email, ids, name } = pathsOf(identity)
  return [
    ...(name === undefined ? [] : [[name, account.name] as const]),
    ...(email === undefined ? [] : [[email, account.email] as const]),
    ...ids.map((path, position) => [path, idAt(account, path, position)] as const)
  ].reduce<JsonObject>((body, [path, value]) => writePath(body, path, value), {})
}

/** Who the client must say the account is: what the answer has at the paths. */
export const expectedFields = (
  identity: Identity,
  account: SimulatedAccount,
  further: JsonObject = {}
): AccountFields => {
  const { email, ids, name } = pathsOf(identity)
  const body = { ...accountBody(identity, account), ...further }
  const [knownEmail, knownName] = [email, name].map((path) => (path === undefined ? undefined : readText(body, path)))
  return {
    id: ids.map((path) => readText(body, path)).join(":"),
    ...(knownEmail === undefined ? {} : { email: knownEmail }),
    ...(knownName === undefined ? {} : { name: knownName })
  }
}

/** Parts of the account's id that an answer does not have where the manifest looks for them. */
export const missingParts = ({ hooks, identity }: ProviderDefinition, body: JsonObject): ReadonlyArray<string> =>
  hooks?.account === undefined ? pathsOf(identity).ids.filter((path) => readText(body, path) === undefined) : []

const hooked = ({ hooks }: ProviderDefinition, body: JsonObject): AccountFields | undefined => {
  try {
    return hooks?.account?.(structuredClone(body))
  } catch {
    return undefined
  }
}

/** Does the hook, where there is one, read the answer that the paths describe? */
export const followsPaths = (definition: ProviderDefinition): boolean =>
  definition.hooks?.account === undefined
  || hooked(definition, accountBody(definition.identity, ada))?.id === expectedFields(definition.identity, ada).id

/** Where only the plugin's hook knows the form of the answer, the documented one is served. */
export const documentedFor = (
  definition: ProviderDefinition,
  documented: ReadonlyArray<DocumentedAccount> = []
): DocumentedAccount | undefined => (followsPaths(definition) ? undefined : documented[0])

/** The answer that identifies an account. */
export const answerFor = (
  definition: ProviderDefinition,
  account: SimulatedAccount,
  documented: ReadonlyArray<DocumentedAccount> = []
): JsonObject => documentedFor(definition, documented)?.body ?? accountBody(definition.identity, account)
