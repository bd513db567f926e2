import { Effect, Option } from "effect"
import type { AccountFields, JsonObject, ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { equals, holds, succeeds } from "../Expectation.ts"
import { connect } from "../Journey.ts"
import { withoutPath } from "../JsonTree.ts"
import type { DocumentedAccount } from "../Options.ts"
import {
  ada,
  answerFor,
  documentedFor,
  expectedFields,
  followsPaths,
  grace,
  missingParts,
  pathsOf,
  subjectOf
} from "../simulator/Accounts.ts"
import { json } from "../simulator/Answer.ts"
import { asksForAccount, hasUserinfo, needsIdToken, not, readsIdTokens } from "../Traits.ts"
import type { World } from "../World.ts"

const expectedIn = ({ definition, options, truth }: World): AccountFields =>
  documentedFor(definition, options.documentedAccounts)?.account
  ?? expectedFields(truth.identity, ada, needsIdToken(truth) ? options.claims : {})

const isThere = (definition: ProviderDefinition, body: JsonObject, where: string) => {
  const missing = missingParts(definition, body)
  return holds(missing.length === 0, `identity.id: nothing stands at ${missing.join(", ")} in ${where}`)
}

const general: ReadonlyArray<Case> = [
  {
    name: "is identified with its e-mail address and name",
    run: (world) =>
      Effect.gen(function* () {
        yield* holds(
          followsPaths(world.definition) || (world.options.documentedAccounts ?? []).length > 0,
          "hooks.account makes nothing of an answer with what identity names: options.documentedAccounts must show the provider's own"
        )
        if (!needsIdToken(world.definition)) {
          const body = answerFor(world.truth, ada, world.options.documentedAccounts)
          yield* isThere(world.definition, body, "the provider's answer")
        }
        const { account } = yield* connect(world)
        const wanted = expectedIn(world)
        yield* equals("the account's id (identity.id)", account.id, wanted.id)
        yield* equals("the account's e-mail address (identity.email)", account.email, wanted.email)
        yield* equals("the account's name (identity.name)", account.name, wanted.name)
      })
  },
  {
    name: "is the same when it connects again, and another than everybody else's",
    applies: followsPaths,
    run: (world) =>
      Effect.gen(function* () {
        const [first, again, other] = [yield* connect(world), yield* connect(world), yield* connect(world, grace)]
        yield* equals("the key of the same account", again.account.key, first.account.key)
        yield* holds(first.account.key !== other.account.key, "identity gives two accounts one and the same key")
      })
  },
  {
    name: "is the same under another e-mail address",
    applies: followsPaths,
    run: (world) =>
      Effect.gen(function* () {
        const before = yield* connect(world)
        const after = yield* connect(world, { ...ada, email: "countess@example.org", name: "Ada King" })
        yield* equals(
          "the account's key, once its e-mail address and name have changed,",
          after.account.key,
          before.account.key
        )
      })
  },
  {
    name: "may be without an e-mail address and a name",
    applies: followsPaths,
    run: (world) =>
      Effect.gen(function* () {
        const { email, ids, name } = pathsOf(world.truth.identity)
        const optional = [email, name].filter(
          (path) => path !== undefined && !ids.includes(path)
        ) as ReadonlyArray<string>
        const bare = (body: Readonly<Record<string, unknown>>) => optional.reduce(withoutPath, body)
        world.simulation.account = bare
        world.simulation.claims = bare
        yield* equals("the account's id (identity.id)", (yield* connect(world)).account.id, expectedIn(world).id)
      })
  },
  {
    name: "can be asked for again with the access token",
    applies: asksForAccount,
    run: (world) =>
      Effect.gen(function* () {
        const { accessToken, account } = yield* connect(world)
        const again = yield* succeeds(
          "asking for the account again",
          world.client.identify(world.provider, accessToken)
        )
        yield* equals("the key of the same account", Option.getOrUndefined(again)?.key, account.key)
      })
  },
  {
    name: "is told without asking anybody",
    applies: not(asksForAccount),
    run: (world) =>
      Effect.gen(function* () {
        const { accessToken } = yield* connect(world)
        const again = yield* succeeds(
          "asking for the account again",
          world.client.identify(world.provider, accessToken)
        )
        yield* holds(Option.isNone(again), "identity tells the account with a grant alone, but it was asked for")
      })
  },
  {
    name: "comes with the person behind it, where an ID token tells",
    applies: (definition) => readsIdTokens(definition) && asksForAccount(definition),
    run: (world) =>
      Effect.flatMap(connect(world), ({ account }) =>
        equals("the account's subject", account.subject, String(world.options.claims?.["sub"] ?? subjectOf(ada)))
      )
  },
  {
    name: "is known under every spelling of the issuer",
    applies: ({ identity }) => identity.kind === "id_token" && (identity.issuerAliases ?? []).length > 0,
    run: (world) =>
      Effect.gen(function* () {
        const { identity } = world.definition
        const aliases = identity.kind === "id_token" ? (identity.issuerAliases ?? []) : []
        const { account } = yield* connect(world)
        yield* Effect.forEach(
          aliases.filter((alias) => !alias.includes("{")),
          (iss) =>
            Effect.gen(function* () {
              world.simulation.claims = (claims) => ({ ...claims, iss })
              yield* equals(
                `the key of the account under the issuer ${iss}`,
                (yield* connect(world)).account.key,
                account.key
              )
            })
        )
      })
  },
  {
    name: "takes its e-mail address and name from the userinfo endpoint, where the ID token has none",
    applies: (definition) => needsIdToken(definition) && hasUserinfo(definition),
    run: (world) =>
      Effect.gen(function* () {
        const { email, ids, name } = pathsOf(world.truth.identity)
        world.simulation.claims = (claims) =>
          [email, name]
            .filter((path) => path !== undefined && !ids.includes(path))
            .reduce((body, path) => withoutPath(body, path ?? ""), claims)
        const { account } = yield* connect(world)
        yield* equals("the account's e-mail address", account.email, ada.email)
        yield* equals("the account's name", account.name, ada.name)
      })
  }
]

const documented = ({ account, body }: DocumentedAccount, index: number): Case => ({
  name: `is read from options.documentedAccounts.${index}`,
  applies: asksForAccount,
  run: (world) =>
    Effect.gen(function* () {
      for (const endpoint of ["userinfo", "api"] as const) world.simulation.on(endpoint, () => json(body))
      yield* isThere(world.definition, body, `options.documentedAccounts.${index}`)
      const found = (yield* connect(world)).account
      yield* equals("the account's id (identity.id)", found.id, account.id)
      yield* equals("the account's e-mail address (identity.email)", found.email, account.email)
      yield* equals("the account's name (identity.name)", found.name, account.name)
    })
})

export const accountIdentity: CaseGroup = {
  title: "the account",
  cases: ({ options }) => [...general, ...(options.documentedAccounts ?? []).map(documented)]
}
