import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@oauth-manager/postgres"
import { Effect, Redacted } from "effect"
import { createLocalJWKSet, jwtVerify } from "jose"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as DevelopmentSecrets from "../../../apps/server/src/development/DevelopmentSecrets.ts"
import * as TokenIssuer from "../../../apps/server/src/development/TokenIssuer.ts"
import { temporaryFolder as passableFolder } from "../../postgres/embedded/TemporaryFolder.ts"
import { emptyDatabase } from "../../postgres/TestDatabase.ts"
import { commandLine } from "./CommandLine.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "oauth-manager-cli-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const verified = Effect.fnUntraced(function* (dataDir: string, token: string) {
  const keys = createLocalJWKSet(TokenIssuer.jwks(yield* DevelopmentSecrets.loadOrCreate(dataDir)))
  return yield* Effect.promise(() =>
    jwtVerify(token, keys, { issuer: TokenIssuer.issuer, audience: TokenIssuer.audience })
  )
})

describe("the command line", () => {
  it.live("names every command in its help", () =>
    Effect.gen(function* () {
      const { failure, printed } = yield* commandLine(["--help"])
      assert.isUndefined(failure)
      for (const name of ["serve", "migrate", "token", "doctor"]) assert.match(printed, new RegExp(`^ +${name} `, "m"))
    })
  )

  it.live("tells its version", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* commandLine(["--version"])).printed, "oauth-manager v1.2.3")
    })
  )

  for (const args of [["serf"], ["doctor", "--loud"], ["token"], ["token", "--user", "ada", "--role", "root"]]) {
    it.live(`refuses ${args.join(" ")} with the usage`, () =>
      Effect.gen(function* () {
        const { errors, failure, printed } = yield* commandLine(args)
        assert.deepInclude(failure, { _tag: "ShowHelp" })
        assert.include(printed, "USAGE")
        assert.include(errors, "ERROR")
      })
    )
  }

  it.live("tells in one message why the server cannot start", () =>
    Effect.gen(function* () {
      for (const args of [[], ["serve"]]) {
        const { failure } = yield* commandLine(args, { PORT: "eighty" })
        assert.match(String(failure?.message), /^OAuth Manager cannot start\.\nPORT: /)
      }
    })
  )
})

describe("token", () => {
  it.live("prints a token of the development issuer, and nothing else", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const { printed } = yield* commandLine(["token", "--user", "ada"], { DATA_DIR: dataDir })
      const { payload } = yield* verified(dataDir, printed)
      assert.deepInclude(payload, { sub: "ada", roles: ["user"] })
      assert.strictEqual(Number(payload.exp) - Number(payload.iat), 3600)
    })
  )

  it.live("takes several roles, a scope and a lifetime", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const options = ["--role", "service", "--role", "admin", "--scope", "tokens:read", "--ttl", "60"]
      const { printed } = yield* commandLine(["token", "--user", "worker", ...options], { DATA_DIR: dataDir })
      const { payload } = yield* verified(dataDir, printed)
      assert.deepInclude(payload, { roles: ["service", "admin"], scope: "tokens:read" })
      assert.strictEqual(Number(payload.exp) - Number(payload.iat), 60)
    })
  )
})

describe("migrate", () => {
  it.live("tells which migrations it ran, then that nothing is left", () =>
    Effect.gen(function* () {
      const env = { DATABASE_MIGRATION_URL: Redacted.value(yield* emptyDatabase) }
      assert.match(
        (yield* commandLine(["migrate"], env)).printed,
        /^Ran migrations 1, 2, .*\. The database is up to date\.$/
      )
      assert.strictEqual((yield* commandLine(["migrate"], env)).printed, "The database is up to date.")
    })
  )

  it.live("needs a database in production, and nothing else", () =>
    Effect.gen(function* () {
      const { failure } = yield* commandLine(["migrate"], { NODE_ENV: "production" })
      assert.include(failure?.message, "Set DATABASE_MIGRATION_URL or DATABASE_URL (")
      const env = { NODE_ENV: "production", DATABASE_URL: Redacted.value(yield* emptyDatabase) }
      assert.isUndefined((yield* commandLine(["migrate"], env)).failure)
    })
  )

  it.live("works on the embedded PostgreSQL, also on one that a server runs", () =>
    Effect.gen(function* () {
      const env = { DATA_DIR: yield* passableFolder }
      assert.match((yield* commandLine(["migrate"], env)).printed, /^Ran migrations 1, 2/)
      yield* EmbeddedPostgres.start({ dataDir: join(env.DATA_DIR, "postgres") })
      assert.strictEqual((yield* commandLine(["migrate"], env)).printed, "The database is up to date.")
      assert.match(
        (yield* commandLine(["doctor"], env)).printed,
        /^ok +durability +what is committed outlives a crash$/m
      )
    })
  )

  it.live("tells why it cannot", () =>
    Effect.gen(function* () {
      const { failure } = yield* commandLine(["migrate"], { DATABASE_URL: "mysql://db" })
      assert.match(String(failure?.message), /^DATABASE_URL: must be a URL that begins with postgres:/)
    })
  )
})
