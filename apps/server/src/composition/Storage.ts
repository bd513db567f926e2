import { Database, EmbeddedPostgres, migrate, PostgresPorts } from "@oauth-manager/postgres"
import { Effect, Layer, Option } from "effect"
import { join } from "node:path"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"

const startupFailed = ({ message }: { readonly message: string }) => new StartupFailed({ message })

/** The database that DATABASE_URL names, or else one that runs with this server and keeps its data in DATA_DIR. */
const locate = Effect.gen(function* () {
  const { databaseUrl, migrationUrl, dataDir } = yield* ServerConfiguration
  if (Option.isSome(databaseUrl)) {
    return { url: databaseUrl.value, ownerUrl: Option.getOrElse(migrationUrl, () => databaseUrl.value) }
  }
  const { url } = yield* Effect.mapError(EmbeddedPostgres.start({ dataDir: join(dataDir, "postgres") }), startupFailed)
  return { url, ownerUrl: url }
})

const DatabaseLayer = Layer.unwrap(
  Effect.gen(function* () {
    const { url, ownerUrl } = yield* locate
    yield* Effect.mapError(migrate({ url: ownerUrl }), startupFailed)
    return Database.layer({ url })
  })
)

/** The repositories, over a database that is up to date. */
export const layer = PostgresPorts.layer.pipe(Layer.provideMerge(DatabaseLayer))
