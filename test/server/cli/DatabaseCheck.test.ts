import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import * as DatabaseCheck from "../../../apps/server/src/cli/doctor/DatabaseCheck.ts"
import * as ServerConfiguration from "../../../apps/server/src/configuration/ServerConfiguration.ts"
import { query } from "../../postgres/embedded/Query.ts"
import { emptyDatabase, migratedDatabase } from "../../postgres/TestDatabase.ts"
import { type Environment, environment } from "./Environment.ts"

const report = (env: Environment) =>
  ServerConfiguration.read.pipe(Effect.flatMap(DatabaseCheck.report), Effect.provide(environment(env)))

const told = ({ findings }: DatabaseCheck.DatabaseReport) =>
  findings.map(({ check, status, what }) => `${status} ${check}: ${what}`)

const unreachable = "postgres://user:hush@127.0.0.1:1/none"

// The server of the tests runs without fsync, as a server for data must not
describe("the database", () => {
  it.live("is looked at as its owner and as the service", () =>
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      const found = yield* report({ DATABASE_URL: Redacted.value(url) })
      const [version, ...others] = told(found)
      assert.match(version ?? "", /^ok database: PostgreSQL \d+/)
      assert.deepStrictEqual(others, [
        "ok migrations: the database is up to date",
        "ok database role: the service works as its unprivileged role",
        "warn durability: fsync, full_page_writes, synchronous_commit: off, so that a crash loses tokens that were already answered",
        "ok signals: servers hear of each other's refreshes",
        "ok clock: agrees with that of the database"
      ])
      assert.isTrue(Option.isSome(found.url))
    })
  )

  it.live("may not forget what it has committed in production", () =>
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      const settings = yield* Effect.provide(
        ServerConfiguration.read,
        environment({ DATABASE_URL: Redacted.value(url) })
      )
      const { findings } = yield* DatabaseCheck.report({ ...settings, production: true })
      assert.strictEqual(findings.find(({ check }) => check === "durability")?.status, "fail")
    })
  )

  it.live("is warned of where its signals do not arrive", () =>
    Effect.gen(function* () {
      const url = Redacted.value(yield* migratedDatabase)
      const { findings } = yield* report({
        DATABASE_URL: url,
        DATABASE_MIGRATION_URL: url,
        DATABASE_DIRECT_URL: unreachable
      })
      assert.deepStrictEqual(
        findings.filter(({ check }) => check === "signals").map(({ status }) => status),
        ["warn"]
      )
    })
  )

  it.live("has the migrations named that have not run", () =>
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      yield* query(url, "DELETE FROM oauth_manager.migrations WHERE migration_id > 3")
      const [, migrations] = (yield* report({ DATABASE_URL: Redacted.value(url) })).findings
      assert.strictEqual(migrations?.status, "warn")
      assert.match(migrations?.what ?? "", /^not run yet: 4(, \d+)*$/)
    })
  )

  it.live("has the migrations named that a newer release ran", () =>
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      yield* query(url, "INSERT INTO oauth_manager.migrations (migration_id, name) VALUES (9999, 'later')")
      const [, migrations] = (yield* report({ DATABASE_URL: Redacted.value(url) })).findings
      assert.deepInclude(migrations, { status: "warn", what: "of a newer release than this one: 9999" })
    })
  )

  it.live("is left as it was where nothing has been made yet", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const found = yield* report({ DATABASE_URL: Redacted.value(url) })
      assert.match(told(found)[1] ?? "", /^warn migrations: not run yet: 1, 2, /)
      assert.strictEqual(found.findings.length, 2)
      assert.isTrue(Option.isNone(found.url))
      assert.deepStrictEqual(yield* query(url, "SELECT to_regnamespace('oauth_manager') AS schema"), [{ schema: null }])
    })
  )

  it.live("is told once where one login reaches nothing, and without its password", () =>
    Effect.gen(function* () {
      const { findings } = yield* report({ DATABASE_URL: unreachable })
      assert.deepStrictEqual(
        findings.map(({ check, status }) => [check, status]),
        [["database", "fail"]]
      )
      assert.include(findings[0]?.what, "ECONNREFUSED")
      assert.notInclude(JSON.stringify(findings), "hush")
    })
  )

  it.live("is told of each login by its own variable", () =>
    Effect.gen(function* () {
      const url = Redacted.value(yield* migratedDatabase)
      const ofService = yield* report({ DATABASE_URL: unreachable, DATABASE_MIGRATION_URL: url })
      assert.deepInclude(ofService.findings.at(-1), { check: "database role", status: "fail" })
      const ofOwner = yield* report({ DATABASE_URL: url, DATABASE_MIGRATION_URL: unreachable })
      assert.deepInclude(ofOwner.findings[0], { check: "database", status: "fail" })
      assert.isTrue(Option.isSome(ofOwner.url))
    })
  )

  it.live("that is embedded and does not run is not started", () =>
    Effect.gen(function* () {
      const found = yield* report({ DATA_DIR: "/nonexistent/data" })
      assert.deepStrictEqual(
        found.findings.map(({ status }) => status),
        ["warn"]
      )
      assert.include(found.findings[0]?.what, "/nonexistent/data/postgres does not run")
    })
  )
})
