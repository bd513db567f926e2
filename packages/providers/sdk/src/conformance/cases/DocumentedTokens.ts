import type { ExchangeAnswer } from "@oauth-manager/application"
import { type Scope, ScopeCatalogue } from "@oauth-manager/domain"
import { Effect, Option, Redacted } from "effect"
import type { JsonObject, ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { equals, holds, succeeds } from "../Expectation.ts"
import { withoutPath } from "../JsonTree.ts"
import { authorize, exchange } from "../Journey.ts"
import type { DocumentedToken } from "../Options.ts"
import { ada } from "../simulator/Accounts.ts"
import { json } from "../simulator/Answer.ts"
import * as ResourceEndpoint from "../simulator/ResourceEndpoint.ts"
import { success } from "../simulator/TokenEndpoint.ts"
import { needsIdToken } from "../Traits.ts"
import type { World } from "../World.ts"

/** An ID token in a document is no good any more. */
const withIdToken = (body: JsonObject, idToken: unknown): JsonObject =>
  idToken === undefined ? withoutPath(body, "id_token") : { ...body, id_token: idToken }

const connectWith = Effect.fnUntraced(function* (world: World, body: JsonObject) {
  const { definition, simulation } = world
  const authorized = yield* authorize(world)
  const nonce = Redacted.value(authorized.flow.nonce)
  const usual = yield* Effect.promise(() =>
    success(simulation, { account: ada, nonce, scopes: definition.identityScopes }, false)
  )
  simulation.on("token", () => json(withIdToken(body, needsIdToken(definition) ? usual["id_token"] : undefined)))
  for (const endpoint of ["userinfo", "api"] as const) {
    simulation.on(endpoint, () => json(ResourceEndpoint.bodyFor(simulation, ada)))
  }
  return yield* succeeds("the exchange that is answered so", exchange(world, authorized))
})

const unknown = (definition: ProviderDefinition, scopes: ReadonlyArray<Scope>): ReadonlyArray<Scope> =>
  scopes.filter((scope) => !ScopeCatalogue.isInCatalogue(definition, scope))

const scopesAreKnown = Effect.fnUntraced(function* (
  { definition }: World,
  answer: ExchangeAnswer,
  wanted: ReadonlyArray<string> | undefined
) {
  const scopes = Option.getOrElse(answer.scopes, () => [])
  const strange = unknown(definition, scopes)
  yield* holds(
    strange.length === 0,
    `${strange.join(", ")}: the provider grants it, but it is no scope of the manifest, no alias and no other spelling of one`
  )
  if (wanted === undefined) return
  const canonical: ReadonlyArray<string> = ScopeCatalogue.canonicalAll(definition, scopes)
  yield* equals("what is granted", canonical.toSorted(), wanted.toSorted())
})

const accountIs = ({ account }: ExchangeAnswer, wanted: NonNullable<DocumentedToken["account"]>) =>
  Effect.all([
    equals("the account's id (identity.id)", account.id, wanted.id),
    ...(wanted.email === undefined
      ? []
      : [equals("the account's e-mail address (identity.email)", account.email, wanted.email)]),
    ...(wanted.name === undefined ? [] : [equals("the account's name (identity.name)", account.name, wanted.name)])
  ])

const toCase = ({ account, body, scopes }: DocumentedToken, index: number): Case => ({
  name: `reads options.documentedTokens.${index}`,
  run: (world) =>
    Effect.gen(function* () {
      const answer = yield* connectWith(world, body)
      yield* scopesAreKnown(world, answer, scopes)
      if (account !== undefined) yield* accountIs(answer, account)
    })
})

export const documentedTokens: CaseGroup = {
  title: "a documented success",
  cases: ({ options }) => (options.documentedTokens ?? []).map(toCase)
}
