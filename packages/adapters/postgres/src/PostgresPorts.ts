import { Layer } from "effect"
import * as Authorizations from "./PostgresAuthorizationRepository.ts"
import * as Consents from "./PostgresConsentRepository.ts"
import * as DataKeys from "./PostgresDataKeyRepository.ts"
import * as DataKeyRotation from "./PostgresDataKeyRotation.ts"
import * as Events from "./PostgresEventOutbox.ts"
import * as Erasures from "./PostgresErasureRepository.ts"
import * as Integrations from "./PostgresIntegrationRepository.ts"
import * as Keys from "./PostgresKeyRepository.ts"
import * as Incidents from "./PostgresProviderIncidents.ts"
import * as Policies from "./PostgresScopePolicyRepository.ts"
import * as Revocations from "./PostgresRevocationOutbox.ts"
import * as Tokens from "./PostgresTokenRepository.ts"
import * as UnitOfWork from "./PostgresUnitOfWork.ts"
import * as Records from "./PostgresUserRecords.ts"
import * as Users from "./PostgresUserRepository.ts"

/** Every persistence port, over one pool. */
export const layer = Layer.mergeAll(
  UnitOfWork.layer,
  Users.layer,
  Keys.layer,
  DataKeys.layer,
  DataKeyRotation.layer,
  Events.layer,
  Integrations.layer,
  Tokens.layer,
  Authorizations.layer,
  Consents.layer,
  Erasures.layer,
  Records.layer,
  Policies.layer,
  Revocations.layer,
  Incidents.layer
)
