import { assert, layer } from "@effect/vitest"
import { Array, Effect, Redacted } from "effect"
import { authorize, parameterOf, start } from "../application/Journey.ts"
import { effort, isFull } from "../chaos/Effort.ts"
import { percentile } from "../chaos/Percentile.ts"
import { aCaller } from "../fakes/Samples.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { call } from "../http/TestApi.ts"
import { tokenOf } from "../http/TestCallers.ts"
import { TestDatabase } from "../postgres/TestDatabase.ts"
import * as PostgresApi from "./PostgresApi.ts"
import { somebody } from "./SecuredApi.ts"

const callback = (state: string) => call("GET", `/v1/callback/sandbox?code=abc&state=${encodeURIComponent(state)}`)

const startOver = (user: string) =>
  call("POST", "/v1/users/me/authorizations", {
    bearer: tokenOf(user),
    body: { provider: "sandbox", return_to: returnTo }
  })

/** All that the database holds of the authorization, as whoever stole it could write it. */
const dumped = Effect.fnUntraced(function* (id: string) {
  const { superuser } = yield* TestDatabase
  const [row = {}] = yield* superuser<
    Record<string, unknown>
  >`SELECT * FROM oauth_manager.authorizations WHERE id = ${id}`
  return Object.values(row).flatMap((value) => {
    if (typeof value === "string") return [value]
    if (!(value instanceof Uint8Array)) return []
    const bytes = Buffer.from(value)
    return (["base64url", "base64", "hex", "latin1"] as const).map((encoding) => bytes.toString(encoding))
  })
})

/** The rows that are about what the database does. */
export const onPostgres = () =>
  layer(PostgresApi.layer, { excludeTestServices: true })("A. Connect flow, on PostgreSQL", (it) => {
    const rounds = effort(2, 500)

    it.effect(
      `row 1: of 200 callbacks with one state, at once, exactly one proceeds, ${rounds} times`,
      () =>
        Effect.gen(function* () {
          for (let round = 0; round < rounds; round++) {
            const user = somebody()
            const { state } = yield* start({}, aCaller(user), user)
            const answers = yield* Effect.forEach(Array.range(1, 200), () => callback(Redacted.value(state)), {
              concurrency: "unbounded"
            })
            const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
            assert.deepStrictEqual([count(303), count(400)], [1, 199])
          }
        }),
      600_000
    )

    it.effect("row 1: a state is used up by an answer that fails, too", () =>
      Effect.gen(function* () {
        const user = somebody()
        const { state } = yield* start({}, aCaller(user), user)
        const failing = `/v1/callback/sandbox?error=server_error&state=${Redacted.value(state)}`
        assert.strictEqual((yield* call("GET", failing)).status, 303)
        assert.strictEqual((yield* callback(Redacted.value(state))).body.code, "unknown_state")
      })
    )

    it.effect("row 2: what a dump of the database holds comes back from no provider, and completes nothing", () =>
      Effect.gen(function* () {
        const user = somebody()
        const pending = yield* start({}, aCaller(user), user)
        const states = yield* dumped(pending.authorization.id)
        assert.isAbove(states.length, 8)
        for (const state of states) assert.strictEqual((yield* callback(state)).status, 400)
        const { authorization } = yield* authorize({}, aCaller(user), user)
        const path = `/v1/users/me/authorizations/${authorization.id}/complete`
        const secrets = yield* dumped(authorization.id)
        assert.isAbove(secrets.length, 16)
        for (const completion_token of secrets) {
          if (completion_token.length === 0 || completion_token.length > 512) continue
          const refused = yield* call("POST", path, { bearer: tokenOf(user.user), body: { completion_token } })
          assert.include([400, 403], refused.status, completion_token)
        }
        assert.strictEqual((yield* callback(Redacted.value(pending.state))).status, 303)
      })
    )

    const flooding = effort(20, 100)
    const each = effort(15, 1_000)

    it.effect(
      `row 18: ${flooding} users who begin ${each} times each leave ten a person, and the others be`,
      () =>
        Effect.gen(function* () {
          const { superuser } = yield* TestDatabase
          const flooders = Array.range(1, flooding).map(() => somebody().user)
          const begins = Array.range(1, each).flatMap(() => flooders)
          const bystander = somebody().user
          const waits: Array<number> = []
          const watching = Effect.gen(function* () {
            const begun = performance.now()
            const { status } = yield* startOver(bystander)
            assert.strictEqual(status, 201)
            waits.push(performance.now() - begun)
            yield* Effect.sleep("20 millis")
          })
          yield* Effect.forEach(begins, startOver, { concurrency: 10, discard: true }).pipe(
            Effect.raceFirst(Effect.forever(watching))
          )
          const rows = yield* superuser<{ readonly pending: number }>`SELECT count(*)::int AS pending
            FROM oauth_manager.authorizations WHERE status = 'pending' AND user_id IN ${superuser.in(flooders)}
              AND flow IS NOT NULL`
          assert.strictEqual(rows[0]?.pending, flooding * 10)
          assert.isAbove(waits.length, 5)
          if (isFull) assert.isBelow(percentile(0.99, waits), 250)
        }),
      600_000
    )

    it.effect("row 18: the newest authorization of a flood can be followed, and the oldest is over", () =>
      Effect.gen(function* () {
        const { user } = somebody()
        const begun = yield* Effect.forEach(Array.range(1, 11), () => startOver(user))
        const stateOf = (index: number) => parameterOf(begun.at(index)?.body.authorization_url ?? "", "state")
        const outcome = yield* call("GET", `/v1/users/me/authorizations/${begun[0]?.body.id}`, {
          bearer: tokenOf(user)
        })
        assert.strictEqual(outcome.body.status, "expired")
        assert.strictEqual((yield* callback(stateOf(0))).body.code, "unknown_state")
        assert.strictEqual((yield* callback(stateOf(1))).status, 303)
        assert.strictEqual((yield* callback(stateOf(-1))).status, 303)
      })
    )
  })
