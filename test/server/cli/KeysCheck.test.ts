import { assert, describe, it } from "@effect/vitest"
import { migrate } from "@oauth-manager/postgres"
import { Effect, Option, Redacted } from "effect"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as KeysCheck from "../../../apps/server/src/cli/doctor/KeysCheck.ts"
import * as ServerConfiguration from "../../../apps/server/src/configuration/ServerConfiguration.ts"
import { emptyDatabase } from "../../postgres/TestDatabase.ts"
import { folder } from "../../vault/KeyFolder.ts"
import { commandLine } from "./CommandLine.ts"
import { type Environment, environment } from "./Environment.ts"

const entry = (id: string, text = id): string => `${id}:${Buffer.from(text.padEnd(32, "-")).toString("base64")}`

const findings = (env: Environment, url: Option.Option<Redacted.Redacted<string>>) =>
  ServerConfiguration.read.pipe(
    Effect.flatMap((settings) => KeysCheck.findings(settings, url)),
    Effect.provide(environment(env))
  )

const told = (env: Environment, url: Option.Option<Redacted.Redacted<string>> = Option.none()) =>
  Effect.map(findings(env, url), (found) => found.map(({ status, what }) => `${status} ${what}`))

/** A deployment where each of the keys was promoted in turn. */
const deployment = Effect.fnUntraced(function* (...entries: ReadonlyArray<string>) {
  const url = yield* Effect.tap(emptyDatabase, (url) => migrate({ url }))
  const env = { DATABASE_URL: Redacted.value(url), VAULT_KEYS: entries.join() }
  const run = (...args: ReadonlyArray<string>) => commandLine(["keys", ...args], env)
  for (const one of entries) yield* run("promote", one.slice(0, one.indexOf(":")))
  return { url, run, look: (...held: ReadonlyArray<string>) => told({ VAULT_KEYS: held.join() }, Option.some(url)) }
})

describe("the keys", () => {
  it.live("are those that open what is stored", () =>
    Effect.gen(function* () {
      const { look } = yield* deployment(entry("a"), entry("b"))
      assert.deepStrictEqual(yield* look(entry("b"), entry("a")), [
        "ok VAULT_KEYS holds 2 keys and opens what is stored; b wraps what is new"
      ])
    })
  )

  it.live("are told apart from others of the same id", () =>
    Effect.gen(function* () {
      const { look } = yield* deployment(entry("a"))
      const [found, ...others] = yield* look(entry("a", "another"))
      assert.match(found ?? "", /^fail VAULT_KEYS: a is another key than the one of that id/)
      assert.deepStrictEqual(others, [])
    })
  )

  it.live("are in the order of their promotion", () =>
    Effect.gen(function* () {
      const { look } = yield* deployment(entry("a"), entry("b"))
      assert.deepStrictEqual((yield* look(entry("a"), entry("b"))).slice(1), [
        "warn VAULT_KEYS: a is first, but b was promoted after it and wraps what is new"
      ])
    })
  )

  it.live("are without those that were retired", () =>
    Effect.gen(function* () {
      const { look, run } = yield* deployment(entry("a"), entry("b"))
      yield* run("retire", "a")
      assert.deepStrictEqual((yield* look(entry("b"), entry("a"))).slice(1), ["warn VAULT_KEYS: a was retired"])
      assert.match((yield* look(entry("a")))[0] ?? "", /^fail VAULT_KEYS: it holds none but retired keys \(a\)/)
    })
  )

  it.live("of a new deployment are still to be promoted, by its first start", () =>
    Effect.gen(function* () {
      const { look } = yield* deployment()
      assert.deepStrictEqual(yield* look(entry("a")), [
        "ok VAULT_KEYS holds 1 key; the first start makes a the primary"
      ])
    })
  )

  it.live("are read, where the database cannot say more", () =>
    Effect.gen(function* () {
      const uncompared = "warn VAULT_KEYS holds 1 key; they cannot be compared with the database's"
      assert.deepStrictEqual(yield* told({ VAULT_KEYS: entry("a") }), [uncompared])
      assert.deepStrictEqual(yield* told({ VAULT_KEYS: entry("a") }, Option.some(yield* emptyDatabase)), [uncompared])
      assert.deepStrictEqual(yield* told({ VAULT_KEYS: "a:b" }), [
        "fail VAULT_KEYS: entry 1 (a): the key is not standard base64 with its padding; make one with: openssl rand -base64 32"
      ])
    })
  )

  it.live("in a file are for its owner alone, and not made by looking", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const file = join(dataDir, "keyring")
      assert.deepStrictEqual(yield* told({ DATA_DIR: dataDir }), [`ok ${file} is made at the first start`])
      writeFileSync(file, `${entry("a")}\n`)
      chmodSync(file, 0o644)
      assert.match((yield* told({ DATA_DIR: dataDir }))[0] ?? "", /^fail keyring file .* is open to the group/)
      chmodSync(file, 0o600)
      assert.match((yield* told({ DATA_DIR: dataDir }))[0] ?? "", /^warn keyring file .* holds 1 key;/)
    })
  )
})
