import {
  Application,
  AuditTrail,
  AuthorizationRepository,
  ConsentRepository,
  EventOutbox,
  ErasureList,
  ErasureRepository,
  IntegrationRepository,
  RefreshTimings,
  type RegisteredProvider,
  RevocationOutbox,
  ScopePolicyRepository,
  TokenRepository,
  TokenVault,
  UnitOfWork,
  UserRecords
} from "@oauth-manager/application"
import type { Feature } from "@oauth-manager/domain"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Duration, Effect, Layer } from "effect"
import * as MemoryPorts from "../fakes/MemoryPorts.ts"
import { faulty, Faults } from "./Faults.ts"
import { providers } from "./Providers.ts"

const FaultyPorts = Layer.mergeAll(
  faulty(AuditTrail),
  faulty(AuthorizationRepository),
  faulty(ConsentRepository),
  faulty(EventOutbox),
  faulty(ErasureList),
  faulty(ErasureRepository),
  faulty(IntegrationRepository),
  faulty(RevocationOutbox),
  faulty(ScopePolicyRepository),
  faulty(TokenRepository),
  faulty(TokenVault),
  faulty(UnitOfWork),
  faulty(UserRecords)
)

/** Nobody waits before a refusal is confirmed: the clock of tests stands still. */
export const promptly = Layer.effect(
  RefreshTimings,
  Effect.map(RefreshTimings, (timings) => ({ ...timings, confirmAfter: Duration.zero }))
)

/** The application over in-memory ports, whose every operation can be made to fail or wait. */
export const layerOf = (
  registered: ReadonlyArray<RegisteredProvider>,
  timings: Layer.Layer<never> = promptly,
  product: ReadonlyArray<Feature> = []
) =>
  Application.layer.pipe(
    Layer.provide(timings),
    Layer.provideMerge(FaultyPorts),
    Layer.provideMerge(Layer.mergeAll(MemoryPorts.layerOf(registered, product), Faults.layer)),
    Layer.provideMerge(NodeCrypto.layer)
  )

/** Runs a test in an application of its own. */
export const inApplication = Effect.provide(layerOf(providers), { local: true })

/** Runs a test in an application with the given providers alone. */
export const inApplicationOf = (...registered: ReadonlyArray<RegisteredProvider>) =>
  Effect.provide(layerOf(registered), { local: true })
