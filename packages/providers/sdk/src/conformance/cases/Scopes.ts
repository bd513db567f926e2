import type { Scope } from "@oauth-manager/domain"
import { Effect } from "effect"
import type { ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { granted, grantFor } from "../GrantedScopes.ts"
import { hasScopes } from "../Traits.ts"
import { everyScope } from "../World.ts"

/** Each scope that a product asks for, in every way in which the provider may write it. */
const spellings = (definition: ProviderDefinition): ReadonlyArray<readonly [spelling: string, scope: Scope]> => {
  const { ignoreCase, prefixes = [] } = definition.scopeNames ?? {}
  const asked = everyScope(definition)
  return definition.scopes
    .filter(({ value }) => asked.includes(value))
    .flatMap(({ aliases = [], value }) => {
      const prefixed = prefixes.map((prefix) =>
        value.startsWith(prefix) ? value.slice(prefix.length) : prefix + value
      )
      const recased = ignoreCase === true ? [value.toLowerCase(), value.toUpperCase()] : []
      return [aliases, prefixed, recased].flat().map((spelling) => [spelling, value] as const)
    })
}

const listed: Case = {
  name: "are all granted where the provider lists all",
  run: (world) =>
    Effect.gen(function* () {
      const result = yield* grantFor(world, world.request.scopes)
      const missing = world.request.scopes.filter((scope) => !granted(result).includes(scope))
      yield* holds(missing.length === 0, `${missing.join(", ")}: granted by the provider, but not recognized`)
    })
}

const spelled = (definition: ProviderDefinition): ReadonlyArray<Case> =>
  spellings(definition).length === 0
    ? []
    : [
        {
          name: "are recognized under every name",
          run: (world) =>
            Effect.gen(function* () {
              const all = spellings(definition)
              const result = yield* grantFor(
                world,
                all.map(([spelling]) => spelling)
              )
              const lost = all.filter(([, scope]) => !granted(result).includes(scope))
              yield* holds(lost.length === 0, `${lost.map(([spelling]) => spelling).join(", ")}: not recognized`)
            })
        }
      ]

export const scopes: CaseGroup = {
  title: "scopes",
  cases: ({ definition }) => (hasScopes(definition) ? [listed, ...spelled(definition)] : [])
}
