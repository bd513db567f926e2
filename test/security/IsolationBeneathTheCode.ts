import { Permission } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Option } from "effect"
import { Statement } from "effect/sql"
import { persistence } from "../contract/Contract.ts"
import { all, whatIsThere, writeEverything } from "../contract/Everything.ts"
import { looks, writes } from "../contract/IsolationContract.ts"
import { connect } from "../contract/Seed.ts"
import { effort } from "../chaos/Effort.ts"
import { aScope, aSecret, strangersTo } from "../fakes/Samples.ts"
import { operations } from "../http/OpenApiDocument.ts"
import { call } from "../http/TestApi.ts"
import { tokenOf } from "../http/TestCallers.ts"
import { TestDatabase } from "../postgres/TestDatabase.ts"
import { requestOf } from "./AccessMatrix.ts"
import * as PostgresApi from "./PostgresApi.ts"
import { connectedPerson, willingProvider } from "./SecuredApi.ts"
import { type Executed, unfiltered } from "./UnfilteredStatements.ts"

const nobodys = "0190b4c5-0000-7000-8000-000000000001"

const bigints = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value)

/** The tests of row 24, and of row 23's time, on PostgreSQL. */
export const isolationBeneathTheCode = () =>
  layer(PostgresApi.layer, { excludeTestServices: true })("B. Isolation beneath the code", (it) => {
    it.effect("row 24: shows nothing of others to repositories whose WHERE is removed", () =>
      Effect.gen(function* () {
        const { units } = yield* persistence
        const { superuser } = yield* TestDatabase
        const everything = yield* writeEverything(aScope())
        const executed: Array<Executed> = []
        for (const stranger of strangersTo(everything.owner)) {
          yield* writeEverything(stranger)
          for (const [name, look] of yield* looks(everything, stranger)) {
            const seen = units
              .forUser(stranger, look)
              .pipe(Effect.provideService(Statement.CurrentTransformer, unfiltered(executed)))
            assert.notInclude(JSON.stringify(yield* seen), everything.integration.id, name)
          }
          for (const [name, write] of yield* writes(everything, stranger)) {
            yield* units
              .forUser(stranger, write)
              .pipe(Effect.provideService(Statement.CurrentTransformer, unfiltered(executed)), Effect.exit)
            assert.deepStrictEqual(yield* whatIsThere(everything), all, name)
          }
        }
        // The same statements show what is another's to one whom row-level security does not bind
        yield* superuser`SET search_path = oauth_manager`
        const reads = executed.filter(({ statement }) => /^\s*SELECT/.test(statement))
        const bare = yield* Effect.forEach(reads, ({ parameters, statement }) =>
          Effect.exit(superuser.unsafe(statement, [...parameters]))
        )
        const found = bare.filter(
          (exit) => Exit.isSuccess(exit) && JSON.stringify(exit.value, bigints).includes(everything.integration.id)
        )
        assert.isAbove(executed.length, 20)
        assert.isAbove(found.length, 5)
      })
    )

    it.effect("row 24: shows nothing of others to a read_token whose WHERE is removed", () =>
      Effect.gen(function* () {
        const { tokens } = yield* persistence
        const { superuser } = yield* TestDatabase
        const { integration } = yield* writeEverything(aScope())
        const [row] = yield* superuser<{ definition: string }>`SELECT pg_get_functiondef(oid) AS definition
          FROM pg_proc WHERE proname = 'read_token' AND pronamespace = 'oauth_manager'::regnamespace`
        const original = row?.definition ?? ""
        const stripped = original.replace(/i\.tenant_id = tenant AND i\.user_id = owner/, "true")
        assert.notStrictEqual(stripped, original)
        yield* Effect.acquireRelease(superuser.unsafe(stripped), () => Effect.orDie(superuser.unsafe(original)))
        for (const stranger of strangersTo(integration.owner)) {
          assert.isTrue(Option.isNone(yield* tokens.read(stranger, integration.id)))
        }
        assert.isTrue(Option.isSome(yield* tokens.read(integration.owner, integration.id)))
        const bare =
          yield* superuser`SELECT * FROM oauth_manager.read_token('other', 'mallory', ${integration.id}::uuid)`
        assert.lengthOf(bare, 1)
      })
    )

    const crowd = effort(100, 1_000)

    it.effect(`row 24: keeps ${crowd} interleaved users over one pool apart`, () =>
      Effect.gen(function* () {
        const { integrations, tokens } = yield* persistence
        const people = yield* Effect.forEach(Array.from({ length: crowd }), () => connect(aScope()), {
          concurrency: 10
        })
        const everything = { provider: Option.none(), status: Option.none() } as const
        const bled = yield* Effect.forEach(
          people,
          Effect.fnUntraced(function* ({ dataKey, integration }, index) {
            const { id, owner } = integration
            const other = people[(index * 7 + 1) % crowd]?.integration.id ?? id
            const own = yield* tokens.read(owner, id)
            const foreign = other === id ? Option.none() : yield* tokens.read(owner, other)
            const listed = yield* integrations.list(owner, everything, { limit: 100, after: Option.none() })
            const isOwn = Option.exists(own, ({ token }) =>
              Option.exists(token, (read) => read.dataKey.id === dataKey.id)
            )
            return (
              !isOwn || Option.isSome(foreign) || listed.some((one) => one.integration.id !== id) || listed.length !== 1
            )
          }),
          { concurrency: "unbounded" }
        )
        assert.isFalse(bled.includes(true))
      })
    )

    it.effect("row 23: takes as long for what is another's as for what is unknown: the same statements", () =>
      Effect.gen(function* () {
        yield* willingProvider
        // Whoever has the right completion token of another ends the authorization, which is on the audit trail: they know that it is there
        const person = { ...(yield* connectedPerson), completionToken: aSecret() }
        const bearer = tokenOf("mallory", ["service"], { tenant: "other", permissions: [...Permission.literals] })
        const items = operations.filter(({ path }) => path.includes("{user}") && path.includes("{id}"))
        for (const operation of items) {
          const { body, item, path } = yield* requestOf(operation, person)
          const statementsOf = Effect.fnUntraced(function* (asked: string) {
            PostgresApi.statements.length = 0
            const { status } = yield* call(operation.method, asked, { ...body, bearer })
            assert.strictEqual(status, 404)
            return [...PostgresApi.statements]
          })
          const foreign = yield* statementsOf(path)
          const isReleased = /\/(?:token|refresh)$/.test(path)
          assert.strictEqual(foreign.length > 0, !isReleased, operation.path)
          assert.deepStrictEqual(foreign, yield* statementsOf(path.replace(item, nobodys)), operation.path)
        }
      })
    )
  })
