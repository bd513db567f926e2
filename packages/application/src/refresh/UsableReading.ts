import type { IntegrationId } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { Disconnected } from "../access/Disconnected.ts"
import type { TokenReading } from "../ports/TokenRepository.ts"
import { ReauthorizationRequired } from "./ReauthorizationRequired.ts"

/** The reading of an integration that works and holds a token. */
export type UsableReading = TokenReading & {
  readonly token: Option.Some<Option.Option.Value<TokenReading["token"]>>
}

export const requireUsable = (
  id: IntegrationId,
  reading: TokenReading
): Effect.Effect<UsableReading, Disconnected | ReauthorizationRequired> => {
  const { token } = reading
  if (reading.status === "reauthorization_required") {
    return Effect.fail(new ReauthorizationRequired({ provider: reading.provider, scopes: reading.requestedScopes }))
  }
  return reading.status === "active" && Option.isSome(token)
    ? Effect.succeed({ ...reading, token })
    : Effect.fail(new Disconnected({ integrationId: id }))
}
