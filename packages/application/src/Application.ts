import { Layer } from "effect"
import { Journal } from "./access/Journal.ts"
import { OneTimeSecret } from "./access/OneTimeSecret.ts"
import { Revoker } from "./disconnect/Revoker.ts"
import { GrantStore } from "./grants/GrantStore.ts"
import { TokenSealer } from "./grants/TokenSealer.ts"
import { RefreshCommit } from "./refresh/RefreshCommit.ts"
import { RefreshTokenOutlook } from "./refresh/RefreshTokenOutlook.ts"
import { TokenRefresher } from "./refresh/TokenRefresher.ts"
import { TokenRelease } from "./refresh/TokenRelease.ts"
import { CompleteAuthorization } from "./use-cases/CompleteAuthorization.ts"
import { DisconnectIntegration } from "./use-cases/DisconnectIntegration.ts"
import { ExpireAuthorizations } from "./use-cases/ExpireAuthorizations.ts"
import { GetAuthorization } from "./use-cases/GetAuthorization.ts"
import { GetIntegration } from "./use-cases/GetIntegration.ts"
import { ListIntegrations } from "./use-cases/ListIntegrations.ts"
import { ListProviders } from "./use-cases/ListProviders.ts"
import { ReadAccessToken } from "./use-cases/ReadAccessToken.ts"
import { ReceiveCallback } from "./use-cases/ReceiveCallback.ts"
import { RefreshToken } from "./use-cases/RefreshToken.ts"
import { RetryRevocations } from "./use-cases/RetryRevocations.ts"
import { ReverifyIntegrations } from "./use-cases/ReverifyIntegrations.ts"
import { StartAuthorization } from "./use-cases/StartAuthorization.ts"

const Foundations = Layer.mergeAll(Journal.layer, OneTimeSecret.layer, TokenSealer.layer)

const Parts = Layer.mergeAll(
  GrantStore.layer,
  RefreshTokenOutlook.layer,
  Revoker.layer,
  TokenRelease.layer,
  TokenRefresher.layer.pipe(Layer.provide(RefreshCommit.layer))
).pipe(Layer.provideMerge(Foundations))

/** All use-cases, over the ports. */
export const layer = Layer.mergeAll(
  CompleteAuthorization.layer,
  DisconnectIntegration.layer,
  ExpireAuthorizations.layer,
  GetAuthorization.layer,
  GetIntegration.layer,
  ListIntegrations.layer,
  ListProviders.layer,
  ReadAccessToken.layer,
  ReceiveCallback.layer,
  RefreshToken.layer,
  RetryRevocations.layer,
  ReverifyIntegrations.layer,
  StartAuthorization.layer
).pipe(Layer.provide(Parts))
