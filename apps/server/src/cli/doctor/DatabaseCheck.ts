import { Database, DatabaseInspection, EmbeddedPostgres } from "@oauth-manager/postgres"
import { Clock, Effect, Equal, Option, type Redacted, Result } from "effect"
import * as DataFolder from "../../configuration/DataFolder.ts"
import type { Settings } from "../../configuration/ServerConfiguration.ts"
import { type Finding, fail, ok, refused, warn } from "./Finding.ts"
import * as Skew from "./Skew.ts"

type Url = Redacted.Redacted<string>

const check = "database"

interface Logins {
  readonly url: Url
  readonly ownerUrl: Url
  readonly directUrl: Url
}

/** None where the embedded server does not run. */
const locate = Effect.fnUntraced(function* ({ databaseUrl, dataDir, directUrl, migrationUrl }: Settings) {
  if (Option.isSome(databaseUrl)) {
    const { value: url } = databaseUrl
    return Option.some<Logins>({
      url,
      ownerUrl: Option.getOrElse(migrationUrl, () => url),
      directUrl: Option.getOrElse(directUrl, () => url)
    })
  }
  const running = yield* EmbeddedPostgres.running(DataFolder.postgres(dataDir))
  return Option.map(running, (url): Logins => ({ url, ownerUrl: url, directUrl: url }))
})

const version = ({ majorVersion, version }: DatabaseInspection.ServerFacts): Finding =>
  majorVersion >= DatabaseInspection.oldestVersion
    ? ok(check, `PostgreSQL ${version}`)
    : fail(check, `PostgreSQL ${version} is too old`, `Use PostgreSQL ${DatabaseInspection.oldestVersion} or newer`)

const migrations = ({ pending, unknown }: DatabaseInspection.MigrationState): Finding => {
  if (unknown.length > 0) {
    return warn(
      "migrations",
      `of a newer release than this one: ${unknown.join(", ")}`,
      "Run that release, once all its servers are up"
    )
  }
  return pending.length === 0
    ? ok("migrations", "the database is up to date")
    : warn(
        "migrations",
        `not run yet: ${pending.join(", ")}`,
        "Run oauth-manager migrate, or start the server, which does the same"
      )
}

const durability = ({ undurable }: DatabaseInspection.ServerFacts, production: boolean): Finding => {
  if (undurable.length === 0) return ok("durability", "what is committed outlives a crash")
  const judge = production ? fail : warn
  return judge(
    "durability",
    `${undurable.join(", ")}: off, so that a crash loses tokens that were already answered`,
    "Turn on what is off, for the server and for this login"
  )
}

const heard = ok("signals", "servers hear of each other's refreshes")

const unheard = warn(
  "signals",
  "servers do not hear of each other's refreshes, and look for their end now and then",
  "Set DATABASE_DIRECT_URL to the server itself, past any transaction pooler"
)

/** As the start does: a session that works as the service's role and is bound by row-level security. */
const session = Effect.fnUntraced(
  function* ({ production }: Settings, { directUrl }: Logins) {
    const before = yield* Clock.currentTimeMillis
    const facts = yield* DatabaseInspection.serverFacts
    const after = yield* Clock.currentTimeMillis
    return [
      ok("database role", "the service works as its unprivileged role"),
      durability(facts, production),
      (yield* DatabaseInspection.hearsSignals(directUrl)) ? heard : unheard,
      Skew.judge("clock", "the database", facts.clock - (before + after) / 2)
    ]
  },
  Effect.catchTag("SqlError", () =>
    Effect.succeed([fail("database role", "a session of the service fails", "Look into the database's own log")])
  )
)

/** What was found, and the service's login where it can be used. */
export interface DatabaseReport {
  readonly findings: ReadonlyArray<Finding>
  readonly url: Option.Option<Url>
}

const unusable = (...findings: ReadonlyArray<Finding>): DatabaseReport => ({ findings, url: Option.none() })

const notRunning = ({ dataDir }: Settings) =>
  unusable(
    warn(
      check,
      `the embedded PostgreSQL in ${DataFolder.postgres(dataDir)} does not run, so that nothing of it can be looked at`,
      "Start the server and ask again, or set DATABASE_URL"
    )
  )

const look = Effect.fnUntraced(function* (settings: Settings, logins: Logins) {
  const { ownerUrl, url } = logins
  const inspected = yield* Effect.result(DatabaseInspection.inspect(ownerUrl))
  const owners = Result.match(inspected, {
    onSuccess: (found) => [version(found), migrations(found)],
    onFailure: (error) => [refused(check, error)]
  })
  // The migrations make the role, and what one login cannot reach the same one cannot again
  const isHopeless = Result.match(inspected, {
    onSuccess: ({ isEmpty }) => isEmpty,
    onFailure: () => Equal.equals(url, ownerUrl)
  })
  if (isHopeless) return unusable(...owners)
  return yield* Effect.match(session(settings, logins).pipe(Effect.provide(Database.layer({ url }))), {
    onSuccess: (findings): DatabaseReport => ({ findings: [...owners, ...findings], url: Option.some(url) }),
    onFailure: (error) => unusable(...owners, refused("database role", error))
  })
})

/** Looks at the database, as its owner and as the service. */
export const report = (settings: Settings): Effect.Effect<DatabaseReport> =>
  locate(settings).pipe(
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.succeed(notRunning(settings)),
        onSome: (logins) => look(settings, logins)
      })
    ),
    Effect.catchTag("EmbeddedPostgresFailed", (error) => Effect.succeed(unusable(refused(check, error))))
  )
