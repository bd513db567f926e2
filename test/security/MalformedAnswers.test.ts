import type { OAuthClient } from "@oauth-manager/application"
import { problemCatalogue, type ProblemCode } from "@oauth-manager/http/api"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, Option } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { effort, isFull, seed } from "../chaos/Effort.ts"
import { type Randomness, seeded } from "../http/Randomness.ts"
import type { Answer } from "../http/TestApi.ts"
import { clientLayer, exchange, refresh, revoke } from "../oauth/OAuthFixture.ts"
import { deployed } from "../oauth/Sample.ts"
import { connect, disconnect, layer, readToken } from "./LiveApi.ts"
import { malformed } from "./MalformedAnswers.ts"
import { type Endpoint, plausible, plugin, start } from "./RawProvider.ts"

const count = effort(160, 100_000)
const journeys = effort(8, 5_000)
const patience = "400 millis"
const megabyte = 1024 * 1024

const typed = new Set([
  "AccountSetupRequired",
  "AdminActionRequired",
  "GrantRefused",
  "IdentityRejected",
  "IdentityScopeDenied",
  "IdentityUnavailable",
  "ProviderMisconfigured",
  "ProviderUnavailable",
  "TokenAnswerUnusable"
])

type Provider = ReturnType<typeof deployed>
type Call = (provider: Provider) => Effect.Effect<unknown, { readonly _tag: string }, OAuthClient>

const discovering = (issuer: string) =>
  plugin(issuer, { location: { kind: "discovery", issuer }, identity: { kind: "id_token" } })

type Kind = readonly [Endpoint, Call, (issuer: string) => ReturnType<typeof plugin>]

const kinds: readonly [Kind, ...ReadonlyArray<Kind>] = [
  ["token", exchange, plugin],
  ["token", refresh, plugin],
  ["revoke", revoke, plugin],
  ["userinfo", exchange, plugin],
  ["discovery", refresh, discovering],
  ["jwks", exchange, discovering]
]

setFlagsFromString("--expose_gc")
const collect: () => void = runInNewContext("gc")

const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

describe(`malformed answers of providers (TEST_SEED=${seed})`, () => {
  it.live(
    `are typed errors and nothing worse, and leave nothing in memory: ${count} of them`,
    () =>
      Effect.gen(function* () {
        const provider = yield* start
        const random = seeded(seed)
        const met = new Map<string, number>()
        const one = (index: number) => {
          const [endpoint, call, at] = random.pick(...kinds)
          const slot = `e${index}`
          const issuer = `${provider.origin}/${slot}`
          provider.on(slot, endpoint, malformed(random, plausible(issuer)[endpoint]))
          return call(deployed(at(issuer))).pipe(
            Effect.exit,
            Effect.map((exit) => {
              provider.forget(slot, endpoint)
              const name = Exit.isSuccess(exit)
                ? "success"
                : Option.match(Cause.findErrorOption(exit.cause), {
                    onNone: () => `a defect: ${Cause.pretty(exit.cause)}`,
                    onSome: ({ _tag }) => _tag
                  })
              assert.isTrue(
                name === "success" || typed.has(name),
                `TEST_SEED=${seed}, answer ${index} of ${endpoint}: ${name}`
              )
              met.set(name, (met.get(name) ?? 0) + 1)
            })
          )
        }
        const run = (from: number, to: number) =>
          Effect.forEach(
            Array.from({ length: to - from }, (_, index) => from + index),
            one,
            { concurrency: effort(12, 32), discard: true }
          )
        const warm = Math.round(count / 4)
        yield* run(0, warm)
        const before = heap()
        yield* run(warm, count)
        const grown = heap() - before
        console.log(
          `TEST_SEED=${seed}: ${JSON.stringify(Object.fromEntries(met))}; heap ${(grown / megabyte).toFixed(1)} MiB`
        )
        assert.isBelow(grown, 20 * megabyte)
        const expected = ["ProviderUnavailable", "ProviderMisconfigured"]
        for (const name of isFull ? [...expected, "success", "TokenAnswerUnusable", "IdentityRejected"] : expected) {
          assert.isAbove(met.get(name) ?? 0, 0, `no answer came to ${name}`)
        }
        assert.isAtLeast(provider.reached(), count)
      }).pipe(Effect.provide([clientLayer(patience), Logger.layer([])], { local: true })),
    effort(60_000, 5_400_000)
  )

  const assertMapped = ({ body, headers, status }: Answer, name: string) => {
    if (status < 400) return
    assert.strictEqual(headers.get("content-type"), "application/problem+json", name)
    const code: ProblemCode = body.code
    assert.notStrictEqual(code, "internal_error", name)
    assert.strictEqual(problemCatalogue[code].status, status, name)
  }

  const journey = Effect.fnUntraced(function* (
    provider: Effect.Success<typeof start>,
    random: Randomness,
    slot: string,
    statuses: Map<number, number>
  ) {
    const issuer = `${provider.origin}/${slot}`
    const on = (endpoint: Endpoint) => provider.on(slot, endpoint, malformed(random, plausible(issuer)[endpoint]))
    const check = (answer: Answer, what: string) => {
      assertMapped(answer, `TEST_SEED=${seed}, ${slot}: ${what}`)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    }
    const first = random.pick<Endpoint>("token", "userinfo")
    on(first)
    check(yield* connect(), `completion, after a malformed ${first}`)
    provider.forget(slot, first)
    const { body } = yield* connect()
    const { id } = body
    on("token")
    on("introspect")
    check(yield* readToken(id), "refresh")
    on("revoke")
    check(yield* disconnect(id), "disconnect")
  })

  it.live(
    `meet a problem that has a name at the API: ${journeys} connections`,
    () =>
      Effect.gen(function* () {
        const provider = yield* start
        const statuses = new Map<number, number>()
        const one = (index: number) => {
          const slot = `j${index}`
          const registered = deployed(plugin(`${provider.origin}/${slot}`))
          return Effect.provide(journey(provider, seeded(seed + index), slot, statuses), layer(registered, patience), {
            local: true
          })
        }
        yield* Effect.forEach(
          Array.from({ length: journeys }, (_, index) => index),
          one,
          { concurrency: 8, discard: true }
        )
        console.log(`TEST_SEED=${seed}: statuses ${JSON.stringify(Object.fromEntries(statuses))}`)
        assert.isAbove(statuses.get(200) ?? 0, 0)
        if (isFull) assert.isAbove(statuses.get(503) ?? 0, 0)
      }).pipe(Effect.provide(Logger.layer([]), { local: true })),
    effort(60_000, 5_400_000)
  )
})
