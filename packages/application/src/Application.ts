import { Layer } from "effect"
import { Chronicle } from "./access/Chronicle.ts"
import { Journal } from "./access/Journal.ts"
import { OneTimeSecret } from "./access/OneTimeSecret.ts"
import { IntegrationEnd } from "./disconnect/IntegrationEnd.ts"
import { Revoker } from "./disconnect/Revoker.ts"
import { TokenHandover } from "./disconnect/TokenHandover.ts"
import { ErasureEnd } from "./erasure/ErasureEnd.ts"
import { ErasureStart } from "./erasure/ErasureStart.ts"
import { EveryIntegration } from "./erasure/EveryIntegration.ts"
import { ConsentWriter } from "./consents/ConsentWriter.ts"
import { FeatureOverview } from "./features/FeatureOverview.ts"
import { FeatureSwitch } from "./features/FeatureSwitch.ts"
import { GrantStore } from "./grants/GrantStore.ts"
import { TokenSealer } from "./grants/TokenSealer.ts"
import { KeyCheck } from "./keys/KeyCheck.ts"
import { KeyReport } from "./keys/KeyReport.ts"
import { PolicyDesk } from "./policies/PolicyDesk.ts"
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
import { ReleasedScopes } from "./refresh/ReleasedScopes.ts"
import { TokenRefresher } from "./refresh/TokenRefresher.ts"
import { TokenRelease } from "./refresh/TokenRelease.ts"
import { AdoptKeys } from "./use-cases/AdoptKeys.ts"
import { ActivateFeature } from "./use-cases/ActivateFeature.ts"
import { AnnounceExpiry } from "./use-cases/AnnounceExpiry.ts"
import { CompleteAuthorization } from "./use-cases/CompleteAuthorization.ts"
import { DeactivateFeature } from "./use-cases/DeactivateFeature.ts"
import { DisconnectIntegration } from "./use-cases/DisconnectIntegration.ts"
import { EraseUser } from "./use-cases/EraseUser.ts"
import { ExpireAuthorizations } from "./use-cases/ExpireAuthorizations.ts"
import { ExportAuditTrail } from "./use-cases/ExportAuditTrail.ts"
import { ExportUser } from "./use-cases/ExportUser.ts"
import { ForgetEvents } from "./use-cases/ForgetEvents.ts"
import { GetAuthorization } from "./use-cases/GetAuthorization.ts"
import { GetConsentText } from "./use-cases/GetConsentText.ts"
import { GetIntegration } from "./use-cases/GetIntegration.ts"
import { ListAuditEvents } from "./use-cases/ListAuditEvents.ts"
import { ListConsents } from "./use-cases/ListConsents.ts"
import { ListFeatures } from "./use-cases/ListFeatures.ts"
import { GetScopePolicy } from "./use-cases/GetScopePolicy.ts"
import { ListIntegrations } from "./use-cases/ListIntegrations.ts"
import { ListKeys } from "./use-cases/ListKeys.ts"
import { ListProviders } from "./use-cases/ListProviders.ts"
import { PromoteKey } from "./use-cases/PromoteKey.ts"
import { PutScopePolicy } from "./use-cases/PutScopePolicy.ts"
import { ReadAccessToken } from "./use-cases/ReadAccessToken.ts"
import { ReceiveCallback } from "./use-cases/ReceiveCallback.ts"
import { RefreshToken } from "./use-cases/RefreshToken.ts"
import { RefreshDueTokens } from "./use-cases/RefreshDueTokens.ts"
import { ReplaceDataKeys } from "./use-cases/ReplaceDataKeys.ts"
import { ReplayErasures } from "./use-cases/ReplayErasures.ts"
import { ReplayJournal } from "./use-cases/ReplayJournal.ts"
import { RetireKey } from "./use-cases/RetireKey.ts"
import { RetryRevocations } from "./use-cases/RetryRevocations.ts"
import { ReverifyIntegrations } from "./use-cases/ReverifyIntegrations.ts"
import { RewrapDataKeys } from "./use-cases/RewrapDataKeys.ts"
import { RotateKeys } from "./use-cases/RotateKeys.ts"
import { StartAuthorization } from "./use-cases/StartAuthorization.ts"
import { VerifyAuditTrail } from "./use-cases/VerifyAuditTrail.ts"
import { WithdrawConsent } from "./use-cases/WithdrawConsent.ts"
import { TryScopePolicy } from "./use-cases/TryScopePolicy.ts"

const Foundations = Layer.mergeAll(
  Chronicle.layer,
  Journal.layer,
  OneTimeSecret.layer,
  TokenSealer.layer,
  TokenUses.layer
)

const Engine = HeldRefresh.layer.pipe(
  Layer.provideMerge(OvertakenAnswers.layer),
  Layer.provideMerge(ProviderRefresh.layer),
  Layer.provideMerge(
    Layer.mergeAll(LateTokens.layer, ProviderGate.layer, RefreshCommit.layer, RefreshLeases.layer, RotatedAnswers.layer)
  ),
  Layer.provideMerge(Revoker.layer)
)

const Erasing = Layer.mergeAll(ErasureStart.layer, ErasureEnd.layer).pipe(
  Layer.provideMerge(EveryIntegration.layer),
  Layer.provideMerge(IntegrationEnd.layer.pipe(Layer.provide(TokenHandover.layer)))
)

const Consenting = FeatureSwitch.layer.pipe(Layer.provideMerge(ConsentWriter.layer))

/** Use-cases that others build on. */
const Basics = Layer.mergeAll(DisconnectIntegration.layer, StartAuthorization.layer)

const Parts = Layer.mergeAll(
  Erasing,
  GrantStore.layer.pipe(Layer.provideMerge(Consenting)),
  PolicyDesk.layer,
  RefreshTokenOutlook.layer,
  TokenRelease.layer,
  TokenRefresher.layer,
  ReleasedScopes.layer,
  FeatureOverview.layer
).pipe(Layer.provideMerge(Engine), Layer.provideMerge(Foundations))

/** For the start, before there is a vault. */
export const layerAdoption = AdoptKeys.layer.pipe(Layer.provideMerge(KeyCheck.layer))

/** What there is to do about keys, also beside a server: over the vault, the keys and the storage alone. */
export const layerKeys = Layer.mergeAll(ListKeys.layer, PromoteKey.layer, RetireKey.layer, RotateKeys.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(layerAdoption, KeyReport.layer, ReplaceDataKeys.layer, RewrapDataKeys.layer)),
  Layer.provide(Layer.merge(Chronicle.layer, Journal.layer))
)

/** What there is to see of the audit trail, also beside a server. */
export const layerAudit = Layer.mergeAll(ExportAuditTrail.layer, ListAuditEvents.layer, VerifyAuditTrail.layer).pipe(
  Layer.provide(Layer.merge(Chronicle.layer, Journal.layer))
)

/** All use-cases, over the ports. */
export const layer = Layer.mergeAll(
  ActivateFeature.layer,
  CompleteAuthorization.layer,
  DeactivateFeature.layer,
  EraseUser.layer,
  ExpireAuthorizations.layer,
  ExportUser.layer,
  GetAuthorization.layer,
  GetConsentText.layer,
  GetIntegration.layer,
  ForgetEvents.layer,
  ListConsents.layer,
  ListFeatures.layer,
  GetScopePolicy.layer,
  ListIntegrations.layer,
  ListProviders.layer,
  PutScopePolicy.layer,
  ReadAccessToken.layer,
  ReceiveCallback.layer,
  RefreshToken.layer,
  AnnounceExpiry.layer,
  RefreshDueTokens.layer,
  ReplayErasures.layer,
  ReplayJournal.layer,
  RetryRevocations.layer,
  ReverifyIntegrations.layer,
  TokenUses.layer,
  WithdrawConsent.layer,
  TryScopePolicy.layer,
  layerAudit,
  layerKeys
).pipe(Layer.provideMerge(Basics), Layer.provide(Parts))
