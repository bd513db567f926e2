import { AdoptKeys, Application, ReturnUrls } from "@oauth-manager/application"
import { FileErasureList, FileRefreshJournal } from "@oauth-manager/journal"
import { GuardedHttpClient, Oauth4webapiClient } from "@oauth-manager/oauth"
import { Database, PostgresPorts, PostgresRefreshSignals } from "@oauth-manager/postgres"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { Layer, Redacted } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { createSecretKey } from "node:crypto"
import { dirname, join } from "node:path"
import * as InMemoryFeatureRegistry from "../fakes/InMemoryFeatureRegistry.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import * as AuditPorts from "../postgres/AuditPorts.ts"
import { chaosProvider, type RotationClass } from "./ChaosProvider.ts"

/** What a worker is composed from. */
export interface Deployment {
  readonly databaseUrl: string
  readonly issuer: string
  readonly rotation: RotationClass
  readonly journalFolder: string
  readonly maxConnections: number
  /** Of one request to the provider, in milliseconds. */
  readonly callDeadline: number
}

/** One key for all processes of all runs. */
const key = { id: "chaos", key: createSecretKey(Buffer.alloc(32, 7)) }

const Vault = EnvelopeTokenVault.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(AdoptKeys.use(({ adopt }) => adopt))),
  Layer.provide(Application.layerAdoption),
  Layer.provideMerge(Keyring.layer({ keys: [key] }))
)

/** The storing ports and the vault, as every server of the deployment has them. */
export const storage = ({ databaseUrl, maxConnections }: Pick<Deployment, "databaseUrl" | "maxConnections">) =>
  Layer.mergeAll(AuditPorts.layer, Vault).pipe(
    Layer.provideMerge(PostgresPorts.layer),
    Layer.provideMerge(PostgresRefreshSignals.layer({ url: Redacted.make(databaseUrl) })),
    Layer.provideMerge(Database.layer({ url: Redacted.make(databaseUrl), maxConnections })),
    Layer.provideMerge(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto))
  )

/** Every port of the service, with the simulated provider as its one provider. */
export const layer = (deployment: Deployment) =>
  Layer.mergeAll(
    Oauth4webapiClient.layerWith({ deadline: deployment.callDeadline }).pipe(
      Layer.provide(GuardedHttpClient.layer({ loopback: true, networks: [] }))
    ),
    FileRefreshJournal.layer({ folder: deployment.journalFolder }),
    FileErasureList.layer({ file: join(dirname(deployment.journalFolder), "erasures.jsonl") }),
    InMemoryProviderRegistry.layer([chaosProvider(deployment.issuer, deployment.rotation)]),
    InMemoryFeatureRegistry.layer([chaosProvider(deployment.issuer, deployment.rotation)]),
    Layer.succeed(ReturnUrls, { allowed: [] })
  ).pipe(Layer.provideMerge(storage(deployment)))
