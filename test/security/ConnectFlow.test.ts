import { MemoryBuckets, RateLimits } from "@oauth-manager/http/server"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, HashMap, Layer, Option, Redacted } from "effect"
import {
  adasAccount,
  anAnswer,
  authorize,
  complete,
  connect,
  parameterOf,
  start,
  stored
} from "../application/Journey.ts"
import { endings } from "../application/Recorded.ts"
import { identity, providers } from "../application/Providers.ts"
import { inApplication, layerOf } from "../application/TestApplication.ts"
import { find, generationOf } from "../application/Tokens.ts"
import { effort, seed } from "../chaos/Effort.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { anAccount, aSecret, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Log } from "../http/Log.ts"
import { allEndIn } from "../http/MockedApplication.ts"
import { operations } from "../http/OpenApiDocument.ts"
import { seeded } from "../http/Randomness.ts"
import { type Answer, call, type Call, from, inApi, layerNoApplication, layerWith, Ready } from "../http/TestApi.ts"
import * as TestCallers from "../http/TestCallers.ts"
import { adasToken } from "../http/TestCallers.ts"
import { atTheProvider } from "./ConnectFlowAtProviders.ts"
import { onPostgres } from "./ConnectFlowOnPostgres.ts"
import { pollutedQuery, returnTricks, spoofedHosts } from "./ConnectFlowCorpora.ts"
import { filled } from "./SecuredApi.ts"

const callback = (query: string, options: Call = {}) => call("GET", `/v1/callback/sandbox?${query}`, options)

const begin = (body: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) =>
  call("POST", "/v1/users/me/authorizations", {
    bearer: adasToken,
    body: { provider: "sandbox", return_to: returnTo, ...body },
    headers
  })

const stateOf = ({ body }: Answer): string => parameterOf(body.authorization_url, "state")

const statusOf = (id: string) =>
  Effect.map(call("GET", `/v1/users/me/authorizations/${id}`, { bearer: adasToken }), ({ body }) => body.status)

describe("A. Connect flow", () => {
  const guesses = effort(2_000, 100_000)
  const perMinute = 500
  const limits = RateLimits.layer({ user: 0, service: 0, address: perMinute }).pipe(Layer.provide(MemoryBuckets.layer))
  const limited = layerNoApplication({}, limits).pipe(
    Layer.provideMerge(Layer.mergeAll(layerOf(providers), TestCallers.layer, Ready))
  )

  it.effect(`row 2: hits no state in ${guesses} guesses, of which an address has ${perMinute} a minute`, () =>
    Effect.gen(function* () {
      const { authorization, state } = yield* start()
      assert.match(Redacted.value(state), /^[A-Za-z0-9_-]{43}$/)
      const seen = new Map<number, number>()
      for (let index = 0; index < guesses; index++) {
        const headers = from("203.0.113.9")
        const { status } = yield* callback(`code=abc&state=${Redacted.value(aSecret())}`, { headers })
        seen.set(status, (seen.get(status) ?? 0) + 1)
      }
      assert.deepStrictEqual([...seen.keys()], [400, 429])
      assert.strictEqual(seen.get(400), perMinute)
      assert.strictEqual(yield* statusOf(authorization.id), "pending")
    }).pipe(Effect.provide(limited, { local: true }))
  )

  const spoofed = effort(300, 10_000)

  it.effect(`row 9: keeps redirect_uri, byte for byte, under ${spoofed} spoofed hosts (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      const random = seeded(seed)
      const { begin: begun, exchange } = yield* ScriptedOAuthClient
      yield* exchange.always(() => Effect.succeed(anAnswer()))
      const plain = parameterOf((yield* begin()).body.authorization_url, "redirect_uri")
      for (let index = 0; index < spoofed; index++) {
        const headers = spoofedHosts(random)
        const { body } = yield* begin({}, headers)
        assert.strictEqual(parameterOf(body.authorization_url, "redirect_uri"), plain, JSON.stringify(headers))
      }
      const last = yield* begin({}, spoofedHosts(random))
      const { headers } = yield* callback(`code=abc&state=${stateOf(last)}`, { headers: spoofedHosts(random) })
      const completion_token = parameterOf(headers.get("location") ?? "", "completion_token")
      const path = `/v1/users/me/authorizations/${last.body.id}/complete`
      const completed = yield* call("POST", path, {
        bearer: adasToken,
        body: { completion_token },
        headers: spoofedHosts(random)
      })
      assert.strictEqual(completed.status, 200)
      const [redeemed] = yield* exchange.calls
      assert.strictEqual(redeemed?.[3].redirectUri, plain)
      const asked = new Set((yield* begun.calls).map(([, { redirectUri }]) => redirectUri))
      assert.deepStrictEqual([...asked], [plain])
    }).pipe(inApi)
  )

  it.effect("row 10: sends no browser to any of 1,000 addresses but that of the list", () =>
    Effect.gen(function* () {
      const tricks = returnTricks(returnTo)
      assert.isAtLeast(tricks.length, 1_000)
      for (const trick of tricks) {
        const { status, body } = yield* begin({ return_to: trick })
        assert.include([400, 422], status, trick)
        if (status === 422) assert.strictEqual(body.code, "return_to_not_allowed", trick)
      }
      const begun = yield* begin()
      const query = `code=abc&state=${stateOf(begun)}&return_to=https%3A%2F%2Fevil.test&redirect_uri=https%3A%2F%2Fevil.test`
      const { headers } = yield* callback(query)
      assert.isTrue(headers.get("location")?.startsWith(`${returnTo}?authorization_id=`))
      assert.notInclude(headers.get("location"), "evil")
    }).pipe(inApi)
  )

  const grants = effort(500, 10_000)

  it.effect(`row 11: takes ${grants} grants of what was asked for or less, and no other (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      const random = seeded(seed)
      const { exchange, revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const pool = scopes("sandbox.notes.read", "sandbox.calendar.read")
      const foreign = scopes("sandbox.calendar.write", "sandbox.notes.write", "unheard.of", "SANDBOX.NOTES.READ", "*")
      const some = <A>(all: ReadonlyArray<A>) => all.filter(() => random.chance(0.5))
      let refusals = 0
      for (let index = 0; index < grants; index++) {
        const authorized = yield* authorize({ scopes: some(pool) })
        const asked = authorized.authorization.requestedScopes
        const surplus = random.chance(0.3) ? some([...foreign, ...pool]) : []
        const listed = [...identity, ...some(asked), ...some(asked), ...surplus].toSorted(() => random.below(3) - 1)
        const returned = random.chance(0.1) ? Option.none() : Option.some(listed)
        const granted = Option.getOrElse(returned, () => asked)
        yield* exchange.next(Effect.succeed(anAnswer({ account: anAccount(), scopes: returned })))
        const outcome = yield* Effect.result(complete(authorized))
        const name = `asked ${asked.join(" ")}, granted ${granted.join(" ")}`
        const isWider = granted.some((scope) => !asked.includes(scope))
        if (outcome._tag === "Success") {
          assert.isFalse(isWider, name)
          assert.sameMembers([...outcome.success.integration.grantedScopes], [...new Set(granted)], name)
        } else {
          assert.isTrue(isWider, name)
          assert.deepInclude(outcome.failure, { _tag: "AuthorizationFailed", error: "scope_escalation" }, name)
          refusals++
        }
      }
      assert.isAbove(refusals, grants / 20)
      assert.lengthOf(yield* endings("scope.escalation_refused"), refusals)
    }).pipe(inApplication)
  )

  const lookalikes = [
    ["the same e-mail address", adasAccount.email],
    ["the address in capitals", adasAccount.email?.toUpperCase()],
    ["a homoglyph in the address", adasAccount.email?.replace("e", "е")],
    ["the address with a tag", adasAccount.email?.replace("@", "+x@")]
  ] as const

  for (const [what, email] of lookalikes) {
    it.effect(`row 13: takes another account with ${what} for another account`, () =>
      Effect.gen(function* () {
        const other = anAccount(email === undefined ? {} : { email })
        const { exchange, revoke } = yield* ScriptedOAuthClient
        yield* revoke.always(() => Effect.succeed("revoked"))
        const own = yield* connect()
        const upgrade = yield* authorize({ integrationId: Option.some(own.id) })
        yield* exchange.next(Effect.succeed(anAnswer({ account: other })))
        assert.deepInclude(yield* Effect.flip(complete(upgrade)), { error: "account_mismatch" })
        assert.deepStrictEqual((yield* find(own)).integration, own)
        assert.deepStrictEqual(yield* generationOf(own), Option.some(1))
        const added = yield* connect({ account: other })
        assert.notStrictEqual(added.id, own.id)
        assert.deepStrictEqual((yield* find(own)).integration, own)
        assert.strictEqual(HashMap.size((yield* stored).integrations), 2)
      }).pipe(inApplication)
    )
  }

  const polluted = effort(500, 5_000)

  it.effect(`row 14: refuses ${polluted} queries that say one thing twice (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      const random = seeded(seed)
      const begun = yield* begin()
      for (let index = 0; index < polluted; index++) {
        const query = pollutedQuery(random, stateOf(begun))
        assert.strictEqual((yield* callback(query)).status, 400, query)
      }
      for (const query of ["state[]=x&code=a", `state[]=${stateOf(begun)}&code=a`, `state%00=${stateOf(begun)}`]) {
        assert.strictEqual((yield* callback(query)).body.code, "unknown_state", query)
      }
      assert.strictEqual(yield* statusOf(begun.body.id), "pending")
    }).pipe(inApi)
  )

  const required = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'"
  }

  const guard = ({ headers, status }: Answer, name: string) => {
    for (const [field, value] of Object.entries(required)) assert.strictEqual(headers.get(field), value, name)
    assert.isFalse([301, 302, 307, 308].includes(status), name)
  }

  /** What each route answers well and badly. */
  const everyAnswer = Effect.forEach(operations, ({ method, path }) =>
    Effect.gen(function* () {
      const target = filled(path)
      const own = method === "GET" || method === "DELETE" ? {} : { body: {} }
      const bearer = { bearer: adasToken }
      const calls: ReadonlyArray<readonly [name: string, method: string, call: Call]> = [
        ["", method, { ...bearer, ...own }],
        [" unknown caller", method, own],
        [" page", method, { headers: { accept: "text/html" } }],
        [" wrong method", "PATCH", bearer],
        [" OPTIONS", "OPTIONS", {}],
        [" 413", "POST", { ...bearer, body: "1".repeat(70_000) }],
        [
          " 415",
          method === "GET" ? "POST" : method,
          { ...bearer, body: "a=b", headers: { "content-type": "text/plain" } }
        ],
        [" malformed", "POST", { ...bearer, body: "{" }]
      ]
      return yield* Effect.forEach(calls, ([name, verb, options]) =>
        Effect.map(call(verb, target, options), (answer) => [answer, `${verb} ${path}${name}`] as const)
      )
    })
  ).pipe(Effect.map((all) => all.flat()))

  it.effect("row 16: keeps browsers from storing, framing, sniffing and telling, on every route and refusal", () =>
    Effect.gen(function* () {
      const nowhere = ["/nowhere", "/v1/nowhere", "/v1/users/%ff/integrations", "/", "//"]
      const misses = yield* Effect.forEach(nowhere, (path) =>
        Effect.map(call("GET", path), (answer) => [answer, path] as const)
      )
      const answers = [...(yield* everyAnswer), ...misses]
      for (const [answer, name] of answers) guard(answer, name)
      const statuses = new Set(answers.map(([{ status }]) => status))
      for (const status of [200, 400, 401, 403, 404, 405, 413, 415]) assert.isTrue(statuses.has(status), `no ${status}`)
    }).pipe(Effect.provide(layerWith({ https: true }), { local: true }))
  )

  it.effect("row 16: does so where the service fails", () =>
    Effect.gen(function* () {
      const answers = yield* everyAnswer
      for (const [answer, name] of answers) guard(answer, name)
      assert.isAbove(answers.filter(([{ status }]) => status === 500).length, 20)
    }).pipe(
      Effect.provide(layerNoApplication({ https: true }).pipe(Layer.provide(allEndIn(Effect.die("a fault")))), {
        local: true
      })
    )
  )

  it.effect("row 16: sends browsers on by 303, which makes a GET of whatever it was", () =>
    Effect.gen(function* () {
      const answer = yield* callback(`code=abc&state=${stateOf(yield* begin())}`)
      assert.strictEqual(answer.status, 303)
      guard(answer, "303")
    }).pipe(Effect.provide(layerWith({ https: true }), { local: true }))
  )

  it.effect("row 17: leaves nothing of a callback in a log, a Location or a page", () =>
    Effect.gen(function* () {
      const canaries = Array.range(1, 5).map((index) => `canary${index}${Redacted.value(aSecret())}`)
      const [code, description, uri, unknown, error] = canaries
      const { lines, text } = yield* Log
      const one = yield* begin()
      const answers = [
        yield* callback(`code=${code}&state=${stateOf(one)}&error_uri=${uri}&x=${unknown}`),
        yield* callback(`code=${code}&state=${stateOf(one)}`, { headers: { accept: "text/html" } }),
        yield* callback(`error=${error}&error_description=${description}&state=${stateOf(yield* begin())}`),
        yield* callback(`code=${code}&code=${code}&state=${stateOf(one)}`),
        yield* callback(`code=${code}&state=${unknown}`)
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [303, 400, 303, 400, 400]
      )
      for (const canary of [...canaries, stateOf(one)]) {
        for (const { headers, text } of answers) assert.notInclude(JSON.stringify([...headers]) + text, canary)
        assert.notInclude(yield* text, canary)
      }
      assert.isAtLeast(lines.length, answers.length)
    }).pipe(Effect.provide(layerWith({}).pipe(Layer.provideMerge(Log.layer)), { local: true }))
  )
})

atTheProvider()

onPostgres()
