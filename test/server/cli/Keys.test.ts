import { assert, describe, it } from "@effect/vitest"
import { migrate } from "@oauth-manager/postgres"
import { KeyringFile } from "@oauth-manager/vault"
import { Effect, Redacted } from "effect"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { query } from "../../postgres/embedded/Query.ts"
import { emptyDatabase } from "../../postgres/TestDatabase.ts"
import { folder } from "../../vault/KeyFolder.ts"
import { commandLine } from "./CommandLine.ts"
import type { Environment } from "./Environment.ts"

const key = (text: string): string => Buffer.from(text.padEnd(32, "-")).toString("base64")

const database = Effect.tap(emptyDatabase, (url) => migrate({ url }))

/** Names a user's data key that is wrapped under a key; nobody can open it. */
const wrap = (url: Redacted.Redacted<string>, keyId: string) =>
  query(
    url,
    `INSERT INTO oauth_manager.data_keys (id, tenant_id, user_id, key_id, wrapped)
    VALUES (gen_random_uuid(), 'default', '${crypto.randomUUID()}', '${keyId}', '\\x01')`
  )

/** A deployment whose keys are in a file, which has one. */
const onFile = Effect.gen(function* () {
  const dataDir = yield* folder
  const url = yield* database
  const file = join(dataDir, "keyring")
  const [first] = yield* KeyringFile.loadOrCreate(file)
  const env = { DATA_DIR: dataDir, DATABASE_URL: Redacted.value(url) }
  yield* commandLine(["keys", "promote", first.id], env)
  return { env, file, first: first.id, url }
})

const idsOf = (file: string) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.slice(0, line.indexOf(":")))

const listed = Effect.fnUntraced(function* (env: Environment) {
  const { printed } = yield* commandLine(["keys", "list", "--json"], env)
  return JSON.parse(printed)
})

const said = Effect.fnUntraced(function* (env: Environment, ...args: ReadonlyArray<string>) {
  const { failure } = yield* commandLine(["keys", ...args], env)
  return failure?.message
})

describe("keys, in a file", () => {
  it.live("go from one to the next: added, promoted, retired", () =>
    Effect.gen(function* () {
      const { env, file, first } = yield* onFile
      const added = yield* commandLine(["keys", "add"], env)
      const second = added.printed
      assert.include(added.errors, `oauth-manager keys promote ${second}`)
      assert.deepStrictEqual(idsOf(file), [first, second])

      const promoted = yield* commandLine(["keys", "promote", second], env)
      assert.strictEqual(promoted.printed, `${second} is the primary key.`)
      assert.deepStrictEqual(idsOf(file), [second, first])
      const { printed: table } = yield* commandLine(["keys", "list"], env)
      assert.match(table, new RegExp(`^${second} +yes +yes +0 +\\d{4}-`, "m"))
      assert.match(table, new RegExp(`^${first} +no +yes +0 +\\d{4}-`, "m"))

      const retired = yield* commandLine(["keys", "retire", first], env)
      assert.strictEqual(retired.printed, `${first} is retired.`)
      assert.include(retired.errors, `${file}.retired`)
      assert.deepStrictEqual([idsOf(file), idsOf(`${file}.retired`)], [[second], [first]])
      assert.deepStrictEqual(
        (yield* listed(env)).data.map(({ id }: { readonly id: string }) => id),
        [second]
      )
    })
  )

  it.live("are retired from the file too when that was broken off and is done again", () =>
    Effect.gen(function* () {
      const { env, file, first } = yield* onFile
      const second = (yield* commandLine(["keys", "add"], env)).printed
      yield* commandLine(["keys", "promote", second], env)
      writeFileSync(`${file}.lock`, "")
      assert.match(String(yield* said(env, "retire", first)), /is being changed by another command/)
      rmSync(`${file}.lock`)
      assert.deepStrictEqual(idsOf(file), [second, first])
      assert.isUndefined(yield* said(env, "retire", first))
      assert.deepStrictEqual([idsOf(file), idsOf(`${file}.retired`)], [[second], [first]])
    })
  )

  it.live("are not retired while they are the primary, or wrap anything, or are unknown", () =>
    Effect.gen(function* () {
      const { env, file, first, url } = yield* onFile
      const second = (yield* commandLine(["keys", "add"], env)).printed
      assert.match(String(yield* said(env, "retire", first)), /is the primary key\. Promote another one first/)
      yield* commandLine(["keys", "promote", second], env)
      yield* wrap(url, first)
      assert.strictEqual(
        yield* said(env, "retire", first),
        `${first} still wraps the keys of 1 user. Rewrap them first: oauth-manager keys rewrap`
      )
      assert.match(String(yield* said(env, "retire", "nobody")), /^The deployment has no key nobody\./)
      assert.deepStrictEqual(idsOf(file), [second, first])
      assert.isFalse(existsSync(`${file}.retired`))
    })
  )

  it.live("must be there before: a file that a command made would be nobody's", () =>
    Effect.gen(function* () {
      const { env } = yield* onFile
      const elsewhere = { ...env, DATA_DIR: yield* folder }
      for (const args of [["list"], ["add"], ["promote", "a"]]) {
        assert.match(String(yield* said(elsewhere, ...args)), /^keyring file .*keyring cannot be used \(ENOENT/)
      }
    })
  )
})

describe("keys, in VAULT_KEYS", () => {
  it.live("are made for the operator to put there", () =>
    Effect.gen(function* () {
      const env = { VAULT_KEYS: `a:${key("one")}`, DATABASE_URL: Redacted.value(yield* database) }
      const { errors, printed } = yield* commandLine(["keys", "add"], env)
      assert.match(printed, /^key-[0-9a-f]{8}:[A-Za-z0-9+/]{43}=$/)
      assert.notInclude(errors, printed.slice(printed.indexOf(":") + 1))
      const id = printed.slice(0, printed.indexOf(":"))
      assert.match(String(yield* said(env, "promote", id)), /^VAULT_KEYS: it holds no key key-\w+, but a\./)
      const both = { ...env, VAULT_KEYS: `${env.VAULT_KEYS},${printed}` }
      assert.include((yield* commandLine(["keys", "promote", id], both)).errors, "Put it first in VAULT_KEYS")
      assert.include((yield* commandLine(["keys", "retire", "a"], both)).errors, "Take it out of VAULT_KEYS")
    })
  )

  it.live("are refused where they are not the deployment's", () =>
    Effect.gen(function* () {
      const url = Redacted.value(yield* database)
      yield* commandLine(["keys", "promote", "a"], { VAULT_KEYS: `a:${key("one")}`, DATABASE_URL: url })
      const env = { VAULT_KEYS: `a:${key("another")}`, DATABASE_URL: url }
      for (const args of [["promote", "a"], ["rewrap"]]) {
        assert.match(String(yield* said(env, ...args)), /^VAULT_KEYS: a is another key than the one of that id/)
      }
    })
  )
})

describe("keys rewrap", () => {
  it.live("tells what it did, and fails for what cannot be opened", () =>
    Effect.gen(function* () {
      const { env, first, url } = yield* onFile
      const nothing = yield* commandLine(["keys", "rewrap"], env)
      assert.strictEqual(nothing.printed, "Rewrapped 0 and replaced 0 of 0 data keys.")
      yield* wrap(url, first)
      const second = (yield* commandLine(["keys", "add"], env)).printed
      yield* commandLine(["keys", "promote", second], env)
      const { failure, printed } = yield* commandLine(["keys", "rewrap"], env)
      assert.strictEqual(printed, "Rewrapped 0 and replaced 0 of 1 data keys.")
      assert.match(String(failure?.message), /could not be opened/)
      assert.deepInclude((yield* listed(env)).rotation, { data_keys: 1, to_rewrap: 1, to_reseal: 0 })
    })
  )

  it.live("replaces the data keys too, where that is asked for", () =>
    Effect.gen(function* () {
      const { env, first, url } = yield* onFile
      yield* wrap(url, first)
      const before = yield* query(url, "SELECT id FROM oauth_manager.data_keys")
      const { failure, printed } = yield* commandLine(["keys", "rewrap", "--data-keys"], env)
      assert.isUndefined(failure)
      assert.strictEqual(printed, "Rewrapped 0 and replaced 1 of 1 data keys.")
      assert.notDeepEqual(yield* query(url, "SELECT id FROM oauth_manager.data_keys"), before)
    })
  )
})

describe("keys", () => {
  it.live("need a database that is up to date, and in production their variables", () =>
    Effect.gen(function* () {
      const env = { VAULT_KEYS: `a:${key("one")}`, DATABASE_URL: Redacted.value(yield* emptyDatabase) }
      assert.strictEqual(yield* said(env, "list"), "The database is not up to date. Run: oauth-manager migrate")
      assert.match(
        String(yield* said({ NODE_ENV: "production" }, "list")),
        /no development defaults\. Set DATABASE_URL, VAULT_KEYS \(/
      )
    })
  )
})
