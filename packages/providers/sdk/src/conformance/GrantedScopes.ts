import { compareGrant, type Grant, type Scope, type ScopeEscalation } from "@oauth-manager/domain"
import { Effect, Option, Result } from "effect"
import { holds } from "./Expectation.ts"
import { connect } from "./Journey.ts"
import type { World } from "./World.ts"

/** A scope that no provider has. */
export const stranger = "conformance.unheard-of"

const separator = ({ truth }: World): string => truth.tokenRequests?.scopeSeparator ?? " "

/** What the product is told was granted, when the provider lists these scopes. */
export const grantFor = Effect.fnUntraced(function* (world: World, listed: ReadonlyArray<string>) {
  world.simulation.tokens = (body) => ({ ...body, scope: listed.join(separator(world)) })
  const { scopes } = yield* connect(world)
  yield* holds(Option.isSome(scopes), `the provider listed ${listed.join(separator(world))}, but no scope was read`)
  return compareGrant(world.definition, {
    requested: world.request.scopes,
    returned: scopes,
    consentedBefore: [],
    incremental: false
  })
})

export const granted = (result: Result.Result<Grant, ScopeEscalation>): ReadonlyArray<Scope> =>
  Result.isSuccess(result) ? result.success.granted : []
