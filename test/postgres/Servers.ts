import {
  AuthorizationRepository,
  DataKeyRepository,
  IntegrationRepository,
  RevocationOutbox,
  TokenRepository,
  UnitOfWork
} from "@oauth-manager/application"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { Context, Effect, Layer } from "effect"
import { TestDatabase } from "./TestDatabase.ts"

export const ports = Effect.all({
  units: UnitOfWork,
  authorizations: AuthorizationRepository,
  dataKeys: DataKeyRepository,
  integrations: IntegrationRepository,
  outbox: RevocationOutbox,
  tokens: TokenRepository
})

export type Ports = Effect.Success<typeof ports>

/** Three servers on one database, each with connections of its own. */
export class Servers extends Context.Service<Servers, readonly [Ports, Ports, Ports]>()(
  "@oauth-manager/test/postgres/Servers"
) {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const server = Layer.build(PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url })))).pipe(
        Effect.flatMap((context) => Effect.provide(ports, context))
      )
      return yield* Effect.all([server, server, server])
    })
  ).pipe(Layer.provide(TestDatabase.layer))
}

/** The same call by many callers at once, spread over the servers. */
export const everywhere = <A, E, R>(callers: number, call: (server: Ports, index: number) => Effect.Effect<A, E, R>) =>
  Servers.use(([a, b, c]) =>
    Effect.all(
      Array.from({ length: callers }, (_, index) => call([a, b, c][index % 3] ?? a, index)),
      { concurrency: "unbounded" }
    )
  )
