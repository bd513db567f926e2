import {
  ActivateFeature,
  CompleteAuthorization,
  DeactivateFeature,
  DisconnectIntegration,
  EraseUser,
  ExportAuditTrail,
  ExportUser,
  GetAuthorization,
  GetConsentText,
  GetIntegration,
  GetScopePolicy,
  ListAuditEvents,
  ListConsents,
  ListFeatures,
  ListIntegrations,
  ListKeys,
  ListProviders,
  PutScopePolicy,
  ReadAccessToken,
  ReceiveCallback,
  RefreshToken,
  RotateKeys,
  StartAuthorization,
  TryScopePolicy,
  VerifyAuditTrail,
  WithdrawConsent
} from "@oauth-manager/application"
import { type Effect, Layer } from "effect"
import { Ready } from "./TestApi.ts"
import * as TestCallers from "./TestCallers.ts"

/** Use-cases that all end in the same way. */
export const allEndIn = <E>(outcome: Effect.Effect<never, E>) => {
  // oxlint-disable-next-line typescript/no-explicit-any -- a mock may fail with what its use-case would not
  const end = (): Effect.Effect<never, any> => outcome
  return Layer.mergeAll(
    Layer.mock(ActivateFeature, { activate: end }),
    Layer.mock(CompleteAuthorization, { complete: end }),
    Layer.mock(DeactivateFeature, { deactivate: end }),
    Layer.mock(DisconnectIntegration, { disconnect: end }),
    Layer.mock(EraseUser, { erase: end }),
    Layer.mock(ExportAuditTrail, { ofTenant: end }),
    Layer.mock(ExportUser, { export: end }),
    Layer.mock(GetAuthorization, { get: end }),
    Layer.mock(GetConsentText, { get: end }),
    Layer.mock(GetIntegration, { get: end }),
    Layer.mock(GetScopePolicy, { get: end, list: end }),
    Layer.mock(ListAuditEvents, { ofUser: end, ofTenant: end }),
    Layer.mock(ListConsents, { list: end }),
    Layer.mock(ListFeatures, { get: end, list: end }),
    Layer.mock(ListIntegrations, { list: end }),
    Layer.mock(ListKeys, { list: end }),
    Layer.mock(RotateKeys, { request: end }),
    Layer.mock(ListProviders, { get: end }),
    Layer.mock(PutScopePolicy, { put: end }),
    Layer.mock(ReadAccessToken, { read: end }),
    Layer.mock(ReceiveCallback, { receive: end }),
    Layer.mock(RefreshToken, { refresh: end }),
    Layer.mock(StartAuthorization, { start: end }),
    Layer.mock(TryScopePolicy, { try: end }),
    Layer.mock(VerifyAuditTrail, { verify: end }),
    Layer.mock(WithdrawConsent, { withdraw: end }),
    TestCallers.layer,
    Ready
  )
}
