import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { Reactivity } from "effect/reactivity"
import { randomBytes } from "node:crypto"

type Url = Redacted.Redacted<string>

/** A connection of a URL's own login, gone with the scope. */
export const connection = (url: Url) => Effect.provide(PgClient.makeClient({ url }), Reactivity.layer)

const loginUrl = (url: Url, login: string, password: string): Url => {
  const copy = new URL(Redacted.value(url))
  copy.username = login
  copy.password = password
  return Redacted.make(copy.href)
}

const nameOf = (url: Url) => new URL(Redacted.value(url)).pathname.slice(1)

/** A login of the server, gone with the scope, and its URL of the given database. */
export const login = Effect.fnUntraced(function* (url: Url, attributes: string) {
  const sql = yield* connection(url)
  const name = `login_${randomBytes(6).toString("hex")}`
  const password = randomBytes(12).toString("hex")
  yield* Effect.acquireRelease(sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${attributes}`), () =>
    Effect.orDie(Effect.andThen(sql.unsafe(`DROP OWNED BY ${name} CASCADE`), sql.unsafe(`DROP ROLE ${name}`)))
  )
  return { name, url: loginUrl(url, name, password), sql }
})

/** A database of a login that is no superuser. */
export const ownedDatabase = Effect.fnUntraced(function* (url: Url, attributes = "") {
  const owner = yield* login(url, attributes)
  yield* owner.sql.unsafe(`ALTER DATABASE ${nameOf(url)} OWNER TO ${owner.name}`)
  yield* Effect.addFinalizer(() =>
    Effect.orDie(owner.sql.unsafe(`ALTER DATABASE ${nameOf(url)} OWNER TO CURRENT_USER`))
  )
  return owner
})
