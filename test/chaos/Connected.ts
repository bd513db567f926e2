import { IntegrationRepository, TokenRepository, TokenVault, UnitOfWork } from "@oauth-manager/application"
import { FeatureId, type Integration, ProviderId } from "@oauth-manager/domain"
import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { anIntegration, aScope, aSecret, aToken } from "../fakes/Samples.ts"
import type { RotatingAuthorizationServer } from "../simulators/RotatingAuthorizationServer.ts"
import type { RotatingGrant } from "../simulators/RotatingGrant.ts"
import { scopes } from "./ChaosProvider.ts"

export interface Connected {
  readonly integration: Integration
  readonly grant: RotatingGrant
}

/** Connects an account of the simulated provider; its access token has ended, so that whoever asks for it has it refreshed. */
export const connect = Effect.fnUntraced(function* (server: RotatingAuthorizationServer) {
  const units = yield* UnitOfWork
  const integrations = yield* IntegrationRepository
  const tokens = yield* TokenRepository
  const vault = yield* TokenVault
  const owner = aScope()
  const integration = anIntegration(owner, {
    provider: ProviderId.make("chaos"),
    requestedScopes: scopes,
    grantedScopes: scopes,
    surplusScopes: [],
    features: [FeatureId.make("chaos.notes")]
  })
  const grant = server.grant(integration.id)
  const obtainedAt = DateTime.subtractDuration(yield* DateTime.now, Duration.hours(2))
  yield* units.forUser(
    owner,
    Effect.gen(function* () {
      yield* integrations.insert(owner, integration)
      const token = aToken(integration, {
        accessToken: yield* vault.seal(tokenContext(integration, "access_token", 1), aSecret()),
        refreshToken: Option.some(
          yield* vault.seal(tokenContext(integration, "refresh_token", 1), Redacted.make(grant.current))
        ),
        obtainedAt,
        expiresAt: Option.some(DateTime.addDuration(obtainedAt, Duration.hours(1)))
      })
      yield* tokens.put(owner, token, {
        refreshAt: Option.none(),
        keepAliveAt: Option.none(),
        announceAt: Option.none()
      })
    })
  )
  return { integration, grant } satisfies Connected
})
