import { Database, EmbeddedPostgres, migrate, PostgresPorts, PostgresRefreshSignals } from "@oauth-manager/postgres"
import { Effect, Layer, Option } from "effect"
import * as DataFolder from "../configuration/DataFolder.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"

const startupFailed = ({ message }: { readonly message: string }) => new StartupFailed({ message })

/** The database that DATABASE_URL names, or else one that runs with this server and keeps its data in DATA_DIR. */
const locate = Effect.gen(function* () {
  const { databaseUrl, directUrl, migrationUrl, dataDir } = yield* ServerConfiguration
  if (Option.isSome(databaseUrl)) {
    return {
      url: databaseUrl.value,
      directUrl: Option.getOrElse(directUrl, () => databaseUrl.value),
      ownerUrl: Option.getOrElse(migrationUrl, () => databaseUrl.value)
    }
  }
  const { url } = yield* Effect.mapError(
    EmbeddedPostgres.start({ dataDir: DataFolder.postgres(dataDir) }),
    startupFailed
  )
  return { url, directUrl: url, ownerUrl: url }
})

const DatabaseLayer = Layer.unwrap(
  Effect.gen(function* () {
    const { directUrl, ownerUrl, url } = yield* locate
    yield* Effect.mapError(migrate({ url: ownerUrl }), startupFailed)
    return Layer.merge(Database.layer({ url }), PostgresRefreshSignals.layer({ url: directUrl }))
  })
)

/** The repositories, over a database that is up to date. */
export const layer = PostgresPorts.layer.pipe(Layer.provideMerge(DatabaseLayer))
