import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migratedDatabase } from "../../postgres/TestDatabase.ts"
import { commandLine } from "./CommandLine.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "oauth-manager-doctor-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

describe("doctor", () => {
  it.live("prints what it found, for people", () =>
    Effect.gen(function* () {
      const env = { DATA_DIR: yield* folder, DATABASE_URL: Redacted.value(yield* migratedDatabase) }
      const { failure, printed } = yield* commandLine(["doctor"], env)
      assert.isUndefined(failure)
      const checks = printed.split("\n").flatMap((line) => line.match(/^(?:ok|warn|fail) +(\S.*?) {2}/)?.[1] ?? [])
      for (const check of ["configuration", "database", "DATA_DIR", "refresh journal", "callers", "providers"]) {
        assert.include(checks, check)
      }
    })
  )

  it.live("fails where anything does, with its findings as JSON for machines", () =>
    Effect.gen(function* () {
      const env = { DATA_DIR: yield* folder, DATABASE_URL: "postgres://127.0.0.1:1/none", PORT: "eighty" }
      const { failure, printed } = yield* commandLine(["doctor", "--json"], env)
      const { findings, ok } = JSON.parse(printed)
      assert.isFalse(ok)
      const failed = findings.filter(({ status }: { readonly status: string }) => status === "fail")
      assert.deepStrictEqual(
        failed.map(({ check }: { readonly check: string }) => check),
        ["PORT", "database"]
      )
      assert.strictEqual(failure?.message, `2 of ${findings.length} checks failed.`)
    })
  )
})
