import type { Integration, UserScope } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import {
  aCiphertext,
  aConsent,
  aDataKey,
  aHash,
  anAuthorization,
  anIntegration,
  aRevocation,
  aToken,
  noPlan
} from "../fakes/Samples.ts"
import { over, persistence } from "./Contract.ts"

export type Everything = Effect.Success<ReturnType<typeof writeEverything>>

/** Writes a row of every kind that can be found again. */
export const writeEverything = Effect.fnUntraced(function* (owner: UserScope, overrides?: Partial<Integration>) {
  const { authorizations, consents, dataKeys, integrations, outbox, tokens } = yield* persistence
  const integration = anIntegration(owner, overrides)
  const authorization = anAuthorization(owner)
  const token = aToken(integration)
  const stateHash = aHash()
  yield* dataKeys.insert(owner, aDataKey())
  yield* authorizations.insert(owner, authorization, { stateHash, flow: aCiphertext() })
  yield* integrations.insert(owner, integration)
  yield* tokens.put(owner, token, noPlan)
  yield* consents.insert(owner, aConsent(integration, authorization))
  const revocation = aRevocation(integration)
  yield* outbox.add(owner, revocation, over)
  return { owner, integration, authorization, stateHash, token, revocation }
})

/** Which of the rows that `writeEverything` writes there are, unchanged. */
export const whatIsThere = Effect.fnUntraced(function* ({ authorization, integration, owner, token }: Everything) {
  const { authorizations, consents, dataKeys, integrations, outbox, tokens } = yield* persistence
  const found = yield* integrations.find(owner, integration.id)
  const due = yield* outbox.claimDueAcrossUsers(10_000, over)
  const written = yield* consents.ofIntegration(owner, integration.id)
  return {
    dataKey: Option.isSome(yield* dataKeys.find(owner)),
    authorization: Option.exists(
      yield* authorizations.find(owner, authorization.id),
      ({ status }) => status === "pending"
    ),
    integration: Option.exists(found, (row) => row.integration.account.name === integration.account.name),
    token: Option.exists(
      yield* tokens.find(owner, integration.id),
      ({ generation }) => generation === token.generation
    ),
    consent: written.some(({ withdrawal }) => Option.isNone(withdrawal)),
    revocation: due.some(({ attempts, integrationId }) => integrationId === integration.id && attempts === 0)
  }
})

const each = (isThere: boolean): Effect.Success<ReturnType<typeof whatIsThere>> => ({
  dataKey: isThere,
  authorization: isThere,
  integration: isThere,
  token: isThere,
  consent: isThere,
  revocation: isThere
})

export const all = each(true)
export const nothing = each(false)
