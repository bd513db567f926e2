import { type Authorization, Authorizations, type Integration, type UserScope } from "@oauth-manager/domain"
import { Effect, Option, Result } from "effect"
import { aCiphertext, aDataKey, aHash, anAuthorization, anIntegration, aToken, noPlan } from "../fakes/Samples.ts"
import { persistence } from "./Contract.ts"

/** Stores an integration without a token. */
export const integrate = Effect.fnUntraced(function* (owner: UserScope, overrides?: Partial<Integration>) {
  const { integrations } = yield* persistence
  const integration = anIntegration(owner, overrides)
  yield* integrations.insert(owner, integration)
  return integration
})

/** Locks a stored integration and writes what becomes of it. */
export const change = Effect.fnUntraced(function* (
  { id, owner }: Pick<Integration, "id" | "owner">,
  become: (integration: Integration) => Integration
) {
  const { integrations, units } = yield* persistence
  return yield* units.forUser(
    owner,
    Effect.gen(function* () {
      const next = become(Option.getOrThrow(yield* integrations.findForUpdate(owner, id)))
      yield* integrations.update(owner, next)
      return next
    })
  )
})

/** Stores an integration with the first generation of its token, and its user's data key. */
export const connect = Effect.fnUntraced(function* (owner: UserScope, overrides?: Partial<Integration>) {
  const { dataKeys, tokens } = yield* persistence
  const dataKey = yield* dataKeys.insert(owner, aDataKey())
  const integration = yield* integrate(owner, overrides)
  const token = aToken(integration)
  yield* tokens.put(owner, token, noPlan)
  return { integration, token, dataKey }
})

/** Stores a pending authorization. */
export const begin = Effect.fnUntraced(function* (owner: UserScope, overrides?: Partial<Authorization>) {
  const { authorizations } = yield* persistence
  const authorization = anAuthorization(owner, overrides)
  const secrets = { stateHash: aHash(), flow: aCiphertext() }
  yield* authorizations.insert(owner, authorization, secrets)
  return { authorization, ...secrets }
})

/** Stores an authorization that waits to be completed. */
export const park = Effect.fnUntraced(function* (owner: UserScope, overrides?: Partial<Authorization>) {
  const { authorizations } = yield* persistence
  const begun = yield* begin(owner, overrides)
  const authorization = Result.getOrThrow(Authorizations.authorize(begun.authorization))
  const secrets = { code: aCiphertext(), completionHash: aHash() }
  yield* authorizations.consumeStateAcrossUsers(begun.stateHash)
  yield* authorizations.park(owner, authorization, secrets)
  return { ...begun, ...secrets, authorization }
})
