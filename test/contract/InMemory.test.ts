import { Effect } from "effect"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import * as InMemoryErasureList from "../fakes/InMemoryErasureList.ts"
import * as MemoryPorts from "../fakes/MemoryPorts.ts"
import { auditRecordsContract } from "./AuditRecordsContract.ts"
import { toRecorded } from "./AuditTrailContract.ts"
import { erasureListContract } from "./ErasureListContract.ts"
import { persistenceContract } from "./PersistenceContract.ts"
import { tokenVaultContract } from "./TokenVaultContract.ts"

persistenceContract("in memory", MemoryPorts.layerPersistence, (about) =>
  Effect.map(recordedAbout(about), (events) => events.map(toRecorded))
)

auditRecordsContract("in memory", MemoryPorts.layerPersistence)

tokenVaultContract("in memory", MemoryPorts.layer)

erasureListContract("in memory", InMemoryErasureList.layer)
