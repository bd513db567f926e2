import {
  AdoptKeys,
  Application,
  PromoteKey,
  ReplaceDataKeys,
  RetireKey,
  RewrapDataKeys,
  RotateKeys,
  TokenVault
} from "@oauth-manager/application"
import { PostgresAuditTrail } from "@oauth-manager/audit"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Effect, Layer } from "effect"
import { persistence } from "../contract/Contract.ts"
import * as InMemoryRefreshSignals from "../fakes/InMemoryRefreshSignals.ts"
import { TestDatabase } from "./TestDatabase.ts"

const services = Effect.all({
  ports: persistence,
  vault: TokenVault,
  adopting: AdoptKeys,
  promoting: PromoteKey,
  retiring: RetireKey,
  rewrapping: RewrapDataKeys,
  replacing: ReplaceDataKeys,
  rotating: RotateKeys
})

export type KeyServer = Effect.Success<typeof services>

/** A server that has started with the given keys, with connections of its own to the test's database. */
export const keyServer = Effect.fnUntraced(function* (...keys: Keyring.KeyEncryptionKeys) {
  const { url } = yield* TestDatabase
  const layer = Application.layerKeys.pipe(
    Layer.provideMerge(EnvelopeTokenVault.layer),
    Layer.provideMerge(Keyring.layer({ keys })),
    Layer.provideMerge(PostgresAuditTrail.layer),
    Layer.provideMerge(PostgresPorts.layer),
    Layer.provideMerge(InMemoryRefreshSignals.layer),
    Layer.provide(Database.layer({ url })),
    Layer.provideMerge(NodeCrypto.layer)
  )
  const server = yield* Effect.flatMap(Layer.build(Layer.fresh(layer)), (context) => Effect.provide(services, context))
  yield* server.adopting.adopt
  return server
})
