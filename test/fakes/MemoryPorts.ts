import { type RegisteredProvider, ReturnUrls } from "@oauth-manager/application"
import type { Feature } from "@oauth-manager/domain"
import { Layer } from "effect"
import * as InMemoryAuditChain from "./InMemoryAuditChain.ts"
import * as InMemoryAuditRecords from "./InMemoryAuditRecords.ts"
import * as InMemoryAuditTrail from "./InMemoryAuditTrail.ts"
import * as InMemoryAuthorizationRepository from "./InMemoryAuthorizationRepository.ts"
import * as InMemoryConsentRepository from "./InMemoryConsentRepository.ts"
import * as InMemoryDataKeyRepository from "./InMemoryDataKeyRepository.ts"
import * as InMemoryDataKeyRotation from "./InMemoryDataKeyRotation.ts"
import * as InMemoryEventOutbox from "./InMemoryEventOutbox.ts"
import * as InMemoryErasureList from "./InMemoryErasureList.ts"
import * as InMemoryErasureRepository from "./InMemoryErasureRepository.ts"
import * as InMemoryFeatureRegistry from "./InMemoryFeatureRegistry.ts"
import * as InMemoryIntegrationRepository from "./InMemoryIntegrationRepository.ts"
import * as InMemoryKeyManagement from "./InMemoryKeyManagement.ts"
import * as InMemoryKeyRepository from "./InMemoryKeyRepository.ts"
import * as InMemoryProviderIncidents from "./InMemoryProviderIncidents.ts"
import * as InMemoryProviderRegistry from "./InMemoryProviderRegistry.ts"
import * as InMemoryRefreshJournal from "./InMemoryRefreshJournal.ts"
import * as InMemoryRefreshSignals from "./InMemoryRefreshSignals.ts"
import * as InMemoryRevocationOutbox from "./InMemoryRevocationOutbox.ts"
import * as InMemoryScopePolicyRepository from "./InMemoryScopePolicyRepository.ts"
import { InMemoryStore } from "./InMemoryStore.ts"
import * as InMemoryTokenRepository from "./InMemoryTokenRepository.ts"
import * as InMemoryTokenVault from "./InMemoryTokenVault.ts"
import * as InMemoryUnitOfWork from "./InMemoryUnitOfWork.ts"
import * as InMemoryUserRecords from "./InMemoryUserRecords.ts"
import * as InMemoryUserRepository from "./InMemoryUserRepository.ts"
import { aRegisteredProvider } from "./Samples.ts"
import * as ScriptedOAuthClient from "./ScriptedOAuthClient.ts"

/** The ports that store, over one `InMemoryStore`. */
export const layerPersistence = Layer.mergeAll(
  InMemoryUnitOfWork.layer,
  InMemoryIntegrationRepository.layer,
  InMemoryTokenRepository.layer,
  InMemoryAuthorizationRepository.layer,
  InMemoryConsentRepository.layer,
  InMemoryKeyRepository.layer,
  InMemoryDataKeyRepository.layer,
  InMemoryDataKeyRotation.layer,
  InMemoryErasureRepository.layer,
  InMemoryRevocationOutbox.layer,
  InMemoryUserRecords.layer,
  InMemoryUserRepository.layer,
  InMemoryAuditChain.layer,
  InMemoryAuditRecords.layer,
  InMemoryAuditTrail.layer,
  InMemoryEventOutbox.layer,
  InMemoryProviderIncidents.layer,
  InMemoryScopePolicyRepository.layer
).pipe(Layer.provideMerge(InMemoryRefreshSignals.layer), Layer.provideMerge(InMemoryStore.layer))

/** The only URL to which a browser may be sent back. */
export const returnTo = "https://app.test/integrations"

/** Every port but the OAuth client, with the given providers, and features of the product's own. */
export const layerWithoutClient = (
  providers: ReadonlyArray<RegisteredProvider>,
  product: ReadonlyArray<Feature> = []
) =>
  Layer.mergeAll(
    InMemoryTokenVault.layer,
    InMemoryKeyManagement.layer,
    InMemoryProviderRegistry.layer(providers),
    InMemoryFeatureRegistry.layer(providers, product),
    InMemoryErasureList.layer,
    InMemoryRefreshJournal.layer,
    Layer.succeed(ReturnUrls, { allowed: [returnTo] })
  ).pipe(Layer.provideMerge(layerPersistence))

/** Every port that the use-cases need. */
export const layerOf = (providers: ReadonlyArray<RegisteredProvider>, product: ReadonlyArray<Feature> = []) =>
  Layer.merge(layerWithoutClient(providers, product), ScriptedOAuthClient.layer)

/** Every port that the use-cases need, with the sandbox as the one provider. */
export const layer = layerOf([aRegisteredProvider()])
