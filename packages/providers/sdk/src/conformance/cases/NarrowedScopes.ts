import { type Scope, ScopeCatalogue } from "@oauth-manager/domain"
import { Effect, Result } from "effect"
import type { ProviderDefinition } from "../../index.ts"
import type { CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { grantFor, stranger } from "../GrantedScopes.ts"
import { everyScope } from "../World.ts"

/** The scopes whose denial shows: neither implied by others nor granted without being listed. */
const deniable = (definition: ProviderDefinition): ReadonlyArray<Scope> => {
  const asked = everyScope(definition)
  const unlisted = ScopeCatalogue.canonicalAll(definition, definition.scopeNames?.unlisted ?? [])
  return asked.filter((scope) => {
    const others = asked.filter((other) => other !== scope)
    return !unlisted.includes(scope) && !ScopeCatalogue.closure(definition, others).includes(scope)
  })
}

export const narrowedScopes: CaseGroup = {
  title: "scopes",
  cases: [
    {
      name: "that the provider did not grant are known to be denied",
      applies: (definition) => deniable(definition).length > 0,
      run: (world) =>
        Effect.gen(function* () {
          const [denied] = deniable(world.definition)
          const listed = world.request.scopes.filter((scope) => scope !== denied)
          const result = yield* grantFor(world, listed.length === 0 ? [stranger] : listed)
          yield* holds(
            Result.isFailure(result) || (denied !== undefined && result.success.denied.includes(denied)),
            `${denied} was not granted, but counts as granted`
          )
        })
    }
  ]
}
