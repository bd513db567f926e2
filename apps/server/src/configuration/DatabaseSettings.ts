import { Effect, Option, type Redacted, Schema } from "effect"
import { PostgresUrl, setting, withDefault } from "./Setting.ts"

export interface DatabaseSettings {
  /** None: the embedded PostgreSQL, in `dataDir`. */
  readonly databaseUrl: Option.Option<Redacted.Redacted<string>>
  /** Past a transaction pooler. */
  readonly directUrl: Option.Option<Redacted.Redacted<string>>
  readonly migrationUrl: Option.Option<Redacted.Redacted<string>>
  readonly dataDir: string
}

export const dataDir = withDefault(".oauth-manager")(setting("DATA_DIR", Schema.String))

export const production = Effect.map(setting("NODE_ENV", Schema.String), Option.contains("production"))

/** Where the data are, of the whole environment. */
export const databaseSettings = Effect.gen(function* () {
  const databaseUrl = yield* setting("DATABASE_URL", PostgresUrl)
  const directUrl = yield* setting("DATABASE_DIRECT_URL", PostgresUrl)
  const ownerUrl = yield* setting("DATABASE_MIGRATION_URL", PostgresUrl)
  const migrationUrl = ownerUrl.pipe(
    Option.orElse(() => directUrl),
    Option.orElse(() => databaseUrl)
  )
  return { databaseUrl, directUrl, migrationUrl, dataDir: yield* dataDir } satisfies DatabaseSettings
})
