import { Application, ReturnUrls } from "@oauth-manager/application"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Effect, Layer, Logger } from "effect"
import { Statement } from "effect/sql"
import { providers } from "../application/Providers.ts"
import * as InMemoryErasureList from "../fakes/InMemoryErasureList.ts"
import * as InMemoryFeatureRegistry from "../fakes/InMemoryFeatureRegistry.ts"
import * as InMemoryKeyManagement from "../fakes/InMemoryKeyManagement.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import * as InMemoryRefreshJournal from "../fakes/InMemoryRefreshJournal.ts"
import * as InMemoryTokenVault from "../fakes/InMemoryTokenVault.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import * as ScriptedClient from "../fakes/ScriptedOAuthClient.ts"
import { layerNoApplication, Ready } from "../http/TestApi.ts"
import * as TestCallers from "../http/TestCallers.ts"
import * as AuditPorts from "../postgres/AuditPorts.ts"
import { portsLayer } from "../postgres/TestDatabase.ts"

const Ports = Layer.mergeAll(
  InMemoryTokenVault.layer,
  InMemoryKeyManagement.layer,
  InMemoryProviderRegistry.layer(providers),
  InMemoryFeatureRegistry.layer(providers),
  ScriptedClient.layer,
  InMemoryErasureList.layer,
  InMemoryRefreshJournal.layer,
  Layer.succeed(ReturnUrls, { allowed: [returnTo] })
).pipe(Layer.provideMerge(AuditPorts.layer), Layer.provideMerge(portsLayer))

/** Every statement that a request has run; `read_token`, which travels by itself, is not among them. */
export const statements: Array<string> = []

const Noting = Layer.succeed(Statement.CurrentTransformer, (statement) =>
  Effect.sync(() => {
    statements.push(statement.compile()[0])
    return statement
  })
)

/** The API on PostgreSQL, in whose callers `TestCallers` believes. */
export const layer = layerNoApplication().pipe(
  Layer.provide(Noting),
  Layer.provideMerge(
    Layer.mergeAll(
      Application.layer.pipe(Layer.provideMerge(Ports), Layer.provideMerge(NodeCrypto.layer)),
      TestCallers.layer,
      Ready,
      Logger.layer([])
    )
  )
)
