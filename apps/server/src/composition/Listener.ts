import { NodeHttpServer } from "@effect/platform-node"
import { AuditTrail } from "@oauth-manager/application"
import { HttpServer, Readiness } from "@oauth-manager/http/server"
import { Database } from "@oauth-manager/postgres"
import { Effect, Layer } from "effect"
import { HttpServer as PlatformHttpServer } from "effect/http"
import type { SqlClient } from "effect/sql"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"
import * as DrainingServer from "./DrainingServer.ts"
import * as Limits from "./Limits.ts"

const drainFor = "20 seconds"

const NodeListener = Layer.effect(
  PlatformHttpServer.HttpServer,
  Effect.gen(function* () {
    const { host, port } = yield* ServerConfiguration
    const server = DrainingServer.make()
    const listening = yield* NodeHttpServer.make(() => server, { host, port, gracefulShutdownTimeout: drainFor }).pipe(
      Effect.mapError(
        () =>
          new StartupFailed({ message: `PORT: ${host}:${port} cannot be listened on; another program may be using it` })
      )
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    return listening
  })
).pipe(Layer.merge(NodeHttpServer.layerHttpServices))

const ReadinessLayer = Layer.effect(
  Readiness,
  Effect.gen(function* () {
    const context = yield* Effect.context<SqlClient.SqlClient>()
    const audit = yield* AuditTrail
    return {
      checks: [
        { name: "database", check: Effect.provideContext(Database.ready, context) },
        { name: "audit", check: audit.ready, mayFail: true }
      ]
    }
  })
)

/** The HTTP API on its port. */
export const layer = Layer.unwrap(
  Effect.map(ServerConfiguration, ({ bindingCookie, corsOrigins, production, publicUrl, trustedProxies }) =>
    HttpServer.layer({
      bindingCookie,
      corsOrigins,
      https: publicUrl.startsWith("https:"),
      landing: !production,
      trustedProxies
    })
  )
).pipe(Layer.provide([ReadinessLayer, NodeListener, Limits.layer]))
