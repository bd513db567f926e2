import { Layer } from "effect"
import { Journal } from "./access/Journal.ts"
import { OneTimeSecret } from "./access/OneTimeSecret.ts"
import { Revoker } from "./disconnect/Revoker.ts"
import { GrantStore } from "./grants/GrantStore.ts"
import { TokenSealer } from "./grants/TokenSealer.ts"
import { KeyCheck } from "./keys/KeyCheck.ts"
import { KeyReport } from "./keys/KeyReport.ts"
import { HeldRefresh } from "./refresh/HeldRefresh.ts"
import { LateTokens } from "./refresh/LateTokens.ts"
import { OvertakenAnswers } from "./refresh/OvertakenAnswers.ts"
import { ProviderGate } from "./refresh/ProviderGate.ts"
import { ProviderRefresh } from "./refresh/ProviderRefresh.ts"
import { RefreshCommit } from "./refresh/RefreshCommit.ts"
import { RefreshLeases } from "./refresh/RefreshLeases.ts"
import { RefreshTokenOutlook } from "./refresh/RefreshTokenOutlook.ts"
import { TokenUses } from "./refresh/TokenUses.ts"
import { RotatedAnswers } from "./refresh/RotatedAnswers.ts"
import { TokenRefresher } from "./refresh/TokenRefresher.ts"
import { TokenRelease } from "./refresh/TokenRelease.ts"
import { AdoptKeys } from "./use-cases/AdoptKeys.ts"
import { AnnounceExpiry } from "./use-cases/AnnounceExpiry.ts"
import { CompleteAuthorization } from "./use-cases/CompleteAuthorization.ts"
import { DisconnectIntegration } from "./use-cases/DisconnectIntegration.ts"
import { ExpireAuthorizations } from "./use-cases/ExpireAuthorizations.ts"
import { GetAuthorization } from "./use-cases/GetAuthorization.ts"
import { GetIntegration } from "./use-cases/GetIntegration.ts"
import { ListIntegrations } from "./use-cases/ListIntegrations.ts"
import { ListKeys } from "./use-cases/ListKeys.ts"
import { ListProviders } from "./use-cases/ListProviders.ts"
import { PromoteKey } from "./use-cases/PromoteKey.ts"
import { ReadAccessToken } from "./use-cases/ReadAccessToken.ts"
import { ReceiveCallback } from "./use-cases/ReceiveCallback.ts"
import { RefreshToken } from "./use-cases/RefreshToken.ts"
import { RefreshDueTokens } from "./use-cases/RefreshDueTokens.ts"
import { ReplaceDataKeys } from "./use-cases/ReplaceDataKeys.ts"
import { ReplayJournal } from "./use-cases/ReplayJournal.ts"
import { RetireKey } from "./use-cases/RetireKey.ts"
import { RetryRevocations } from "./use-cases/RetryRevocations.ts"
import { ReverifyIntegrations } from "./use-cases/ReverifyIntegrations.ts"
import { RewrapDataKeys } from "./use-cases/RewrapDataKeys.ts"
import { RotateKeys } from "./use-cases/RotateKeys.ts"
import { StartAuthorization } from "./use-cases/StartAuthorization.ts"

const Foundations = Layer.mergeAll(Journal.layer, OneTimeSecret.layer, TokenSealer.layer, TokenUses.layer)

const Engine = HeldRefresh.layer.pipe(
  Layer.provideMerge(OvertakenAnswers.layer),
  Layer.provideMerge(ProviderRefresh.layer),
  Layer.provideMerge(
    Layer.mergeAll(LateTokens.layer, ProviderGate.layer, RefreshCommit.layer, RefreshLeases.layer, RotatedAnswers.layer)
  ),
  Layer.provideMerge(Revoker.layer)
)

const Parts = Layer.mergeAll(
  GrantStore.layer,
  RefreshTokenOutlook.layer,
  TokenRelease.layer,
  TokenRefresher.layer
).pipe(Layer.provideMerge(Engine), Layer.provideMerge(Foundations))

/** For the start, before there is a vault. */
export const layerAdoption = AdoptKeys.layer.pipe(Layer.provideMerge(KeyCheck.layer))

/** What there is to do about keys, also beside a server: over the vault, the keys and the storage alone. */
export const layerKeys = Layer.mergeAll(ListKeys.layer, PromoteKey.layer, RetireKey.layer, RotateKeys.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(layerAdoption, KeyReport.layer, ReplaceDataKeys.layer, RewrapDataKeys.layer)),
  Layer.provide(Journal.layer)
)

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
  AnnounceExpiry.layer,
  RefreshDueTokens.layer,
  ReplayJournal.layer,
  RetryRevocations.layer,
  ReverifyIntegrations.layer,
  StartAuthorization.layer,
  TokenUses.layer,
  layerKeys
).pipe(Layer.provide(Parts))
