import {
  CompleteAuthorization,
  DisconnectIntegration,
  GetAuthorization,
  GetIntegration,
  ListIntegrations,
  ListKeys,
  ListProviders,
  ReadAccessToken,
  ReceiveCallback,
  RefreshToken,
  RotateKeys,
  StartAuthorization
} from "@oauth-manager/application"
import { type Effect, Layer } from "effect"
import { Ready } from "./TestApi.ts"
import * as TestCallers from "./TestCallers.ts"

/** Use-cases that all end in the same way. */
export const allEndIn = <E>(outcome: Effect.Effect<never, E>) => {
  // oxlint-disable-next-line typescript/no-explicit-any -- a mock may fail with what its use-case would not
  const end = (): Effect.Effect<never, any> => outcome
  return Layer.mergeAll(
    Layer.mock(CompleteAuthorization, { complete: end }),
    Layer.mock(DisconnectIntegration, { disconnect: end }),
    Layer.mock(GetAuthorization, { get: end }),
    Layer.mock(GetIntegration, { get: end }),
    Layer.mock(ListIntegrations, { list: end }),
    Layer.mock(ListKeys, { list: end }),
    Layer.mock(RotateKeys, { request: end }),
    Layer.mock(ListProviders, { get: end }),
    Layer.mock(ReadAccessToken, { read: end }),
    Layer.mock(ReceiveCallback, { receive: end }),
    Layer.mock(RefreshToken, { refresh: end }),
    Layer.mock(StartAuthorization, { start: end }),
    TestCallers.layer,
    Ready
  )
}
