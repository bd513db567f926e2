import type { Layer } from "effect"
import { auditTrailContract, type ReadEvents } from "./AuditTrailContract.ts"
import { authorizationRepositoryContract } from "./AuthorizationRepositoryContract.ts"
import { completionClaimContract } from "./CompletionClaimContract.ts"
import { connectedAccountContract } from "./ConnectedAccountContract.ts"
import { consentRepositoryContract } from "./ConsentRepositoryContract.ts"
import type { PersistencePorts } from "./Contract.ts"
import { dataKeyRepositoryContract } from "./DataKeyRepositoryContract.ts"
import { dataKeyRotationContract } from "./DataKeyRotationContract.ts"
import { eventOutboxContract } from "./EventOutboxContract.ts"
import { erasureRepositoryContract } from "./ErasureRepositoryContract.ts"
import { integrationRepositoryContract } from "./IntegrationRepositoryContract.ts"
import { isolationContract } from "./IsolationContract.ts"
import { keyRepositoryContract } from "./KeyRepositoryContract.ts"
import { providerIncidentsContract } from "./ProviderIncidentsContract.ts"
import { refreshClaimContract } from "./RefreshClaimContract.ts"
import { refreshLeaseContract } from "./RefreshLeaseContract.ts"
import { refreshSignalsContract } from "./RefreshSignalsContract.ts"
import { revocationOutboxContract } from "./RevocationOutboxContract.ts"
import { reverificationContract } from "./ReverificationContract.ts"
import { scopePolicyRepositoryContract } from "./ScopePolicyRepositoryContract.ts"
import { sharedGrantContract } from "./SharedGrantContract.ts"
import { tenantIntegrationsContract } from "./TenantIntegrationsContract.ts"
import { tokenRepositoryContract } from "./TokenRepositoryContract.ts"
import { unitOfWorkContract } from "./UnitOfWorkContract.ts"
import { userRecordsContract } from "./UserRecordsContract.ts"
import { userRepositoryContract } from "./UserRepositoryContract.ts"

/**
 * The contracts of all ports that store, run over one implementation of them. Those that claim across users take what is
 * due of anybody: no two files may run them on one database at the same time.
 */
export const persistenceContract = <R, E, E2>(
  name: string,
  ports: Layer.Layer<PersistencePorts | R, E>,
  readEvents: ReadEvents<E2, PersistencePorts | R>
): void => {
  unitOfWorkContract(name, ports)
  isolationContract(name, ports)
  userRepositoryContract(name, ports)
  keyRepositoryContract(name, ports)
  dataKeyRepositoryContract(name, ports)
  dataKeyRotationContract(name, ports)
  integrationRepositoryContract(name, ports)
  connectedAccountContract(name, ports)
  sharedGrantContract(name, ports)
  reverificationContract(name, ports)
  tenantIntegrationsContract(name, ports)
  tokenRepositoryContract(name, ports)
  refreshLeaseContract(name, ports)
  refreshClaimContract(name, ports)
  refreshSignalsContract(name, ports)
  providerIncidentsContract(name, ports)
  authorizationRepositoryContract(name, ports)
  completionClaimContract(name, ports)
  consentRepositoryContract(name, ports)
  scopePolicyRepositoryContract(name, ports)
  revocationOutboxContract(name, ports)
  eventOutboxContract(name, ports)
  auditTrailContract(name, ports, readEvents)
  erasureRepositoryContract(name, ports)
  userRecordsContract(name, ports)
}
