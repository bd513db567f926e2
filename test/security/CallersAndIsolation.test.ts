import { ListProviders } from "@oauth-manager/application"
import { Permission } from "@oauth-manager/domain"
import {
  CallerVerification,
  KeysUnavailable,
  MemoryBuckets,
  RateLimits,
  TokenRejected
} from "@oauth-manager/http/server"
import { IpNetwork } from "effect/net"
import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { base64url } from "jose"
import { ada } from "../application/Journey.ts"
import { isolationBeneathTheCode } from "./IsolationBeneathTheCode.ts"
import { effort, seed } from "../chaos/Effort.ts"
import { forged, good } from "../http/ForgedTokens.ts"
import { atNow, claims, ec, now, options, sign } from "../http/JwtIssuer.ts"
import { allEndIn } from "../http/MockedApplication.ts"
import { document, operations } from "../http/OpenApiDocument.ts"
import { seeded } from "../http/Randomness.ts"
import { anonymous, call, from, layerNoApplication } from "../http/TestApi.ts"
import { ask, requestOf } from "./AccessMatrix.ts"
import { accessRules, askers } from "./AccessRules.ts"
import { forwardedHeaders, foreignMembers, originTricks } from "./Corpora.ts"
import { connectedPerson, filled, layerWith, tenantClaim, tokenFor, willingProvider } from "./SecuredApi.ts"

const jwksUrl = "https://auth.example/jwks.json"

/** Answers for the issuer's keys, and notes every URL that is fetched. */
const stubFetch = (answer: () => Response | Promise<Response>) => {
  const fetched: Array<string> = []
  vi.stubGlobal("fetch", (input: unknown) => {
    fetched.push(String(input))
    return Promise.resolve(answer())
  })
  return fetched
}

const publish = () => Response.json({ keys: [ec.jwk] })

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const verifying = (overrides: Parameters<typeof options>[0] = {}) =>
  Effect.provide(
    layerNoApplication().pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          allEndIn(Effect.die("not asked")),
          Layer.mock(ListProviders, { list: Effect.succeed([]), get: () => Effect.die("not asked") }),
          CallerVerification.layer(options(overrides))
        )
      )
    ),
    { local: true }
  )

const fetchedKeys = { keys: { kind: "jwks_url", url: jwksUrl } } as const

const secured = (...asked: Parameters<typeof layerWith>) => Effect.provide(layerWith(...asked), { local: true })

const listProviders = (bearer: string) => call("GET", "/v1/providers", { bearer })

describe("B. Authentication", () => {
  it.effect("row 19: refuses 40 forged bearer tokens and fetches no URL that they name", () =>
    Effect.gen(function* () {
      yield* atNow
      const fetched = stubFetch(publish)
      assert.strictEqual((yield* listProviders(good)).status, 200)
      assert.isAtLeast(Object.keys(forged).length, 40)
      for (const [name, token] of Object.entries(forged)) {
        const { body, headers, status, text } = yield* listProviders(token)
        assert.strictEqual(status, 401, name)
        assert.strictEqual(body.code, "invalid_token", name)
        assert.strictEqual(headers.get("www-authenticate"), 'Bearer error="invalid_token"', name)
        assert.isTrue(token === ".." || !text.includes(token), name)
      }
      assert.deepStrictEqual([...new Set(fetched)], [jwksUrl])
    }).pipe(verifying(fetchedKeys))
  )

  it.effect("row 20: tolerates 30 seconds between clocks, and not one more", () =>
    Effect.gen(function* () {
      yield* atNow
      const table = [
        [{ exp: now - 29 }, 200],
        [{ exp: now - 30 }, 401],
        [{ exp: now - 31 }, 401],
        [{ nbf: now + 29 }, 200],
        [{ nbf: now + 30 }, 200],
        [{ nbf: now + 31 }, 401],
        [{ iat: now + 29 }, 200],
        [{ iat: now + 30 }, 200],
        [{ iat: now + 31 }, 401]
      ] as const
      for (const [times, expected] of table) {
        const token = yield* Effect.promise(() => sign({ ...claims, ...times }))
        assert.strictEqual((yield* listProviders(token)).status, expected, JSON.stringify(times))
      }
    }).pipe(verifying())
  )

  const flood = effort(3_000, 50_000)

  it.effect(
    `row 21: asks for keys once in 30 seconds under ${flood} made-up key ids, and knows its own in an outage`,
    () =>
      Effect.gen(function* () {
        yield* atNow
        vi.useFakeTimers({ toFake: ["Date"], now: now * 1000 })
        let answer: () => Response | Promise<Response> = publish
        const fetched = stubFetch(() => answer())
        const { verify } = yield* CallerVerification
        const madeUp = (kid: string) => {
          const header = base64url.encode(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid }))
          return Redacted.make(`${header}.${good.split(".")[1]}.${good.split(".")[2]}`)
        }
        assert.strictEqual((yield* listProviders(good)).status, 200)
        const periods = 10
        for (let period = 0; period < periods; period++) {
          if (period === periods / 2) answer = () => Promise.reject(new Error("the issuer is away"))
          for (let index = 0; index < flood / periods; index++) {
            const refused = yield* Effect.flip(verify(madeUp(`${period}-${index}`)))
            assert.isTrue(refused instanceof TokenRejected || refused instanceof KeysUnavailable)
          }
          const fresh = yield* Effect.promise(() => sign({ ...claims, jti: String(period) }))
          assert.strictEqual((yield* listProviders(fresh)).status, 200)
          assert.include([401, 503], (yield* listProviders(Redacted.value(madeUp("x")))).status)
          vi.setSystemTime(Date.now() + 30_000)
        }
        assert.isAbove(fetched.length, 1)
        assert.isAtMost(fetched.length, periods + 1)
      }).pipe(verifying(fetchedKeys))
  )

  const fuzzed = effort(2_000, 100_000)

  it.effect(`row 22: answers ${fuzzed} malformed Authorization headers with 401 (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      yield* atNow
      const random = seeded(seed)
      const byte = () => String.fromCharCode(random.pick(9, 32 + random.below(95), 128 + random.below(128)))
      const bytes = (most: number) => Array.from({ length: random.below(most) }, byte).join("")
      for (let index = 0; index < fuzzed; index++) {
        const cut = random.below(good.length)
        const authorization = random.pick<() => string>(
          () => bytes(60),
          () => `Bearer ${bytes(60)}`,
          () => `${random.pick("bearer", "BEARER", "Bearer\t", "Bearer,")} ${good}${bytes(3)}x`,
          () => `Bearer ${good.slice(0, cut)}${byte()}${good.slice(cut + 1)}x`,
          () => `Bearer ${".".repeat(random.below(9))}`,
          () => `Basic ${bytes(20)}`
        )()
        const { body, status } = yield* call("GET", "/v1/providers", { headers: { authorization } })
        assert.strictEqual(status, 401, `${index}: ${JSON.stringify(authorization)}`)
        assert.include(["authentication_required", "invalid_token"], body.code)
      }
    }).pipe(verifying())
  )

  it.effect("row 25: refuses a tenant that is absent, empty, repeated or inherited, and falls back to none", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const wrong = [undefined, "", null, 7, true, {}, [], ["acme"], [ada.tenant, "acme"], " \u0000", "x".repeat(256)]
      for (const org of wrong) {
        const token = yield* tokenFor(ada.user, ["admin"], { [tenantClaim]: org })
        const { body, status } = yield* listProviders(token)
        assert.strictEqual(status, 401, JSON.stringify(org))
        assert.strictEqual(body.code, "invalid_token")
      }
      const elsewhere = { tenant: "default", tid: "default", tenant_id: "default", organization: "default" }
      const token = yield* tokenFor(ada.user, ["admin"], { [tenantClaim]: undefined, ...elsewhere })
      assert.strictEqual((yield* listProviders(token)).status, 401)
    }).pipe(secured())
  )
})

describe("B. Isolation", () => {
  it.effect("row 23: answers every route by who asks, and no route without a rule", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const anybody = yield* connectedPerson
      assert.sameMembers(
        operations.map(({ method, path }) => `${method} ${path}`),
        Object.keys(accessRules),
        "a route of the OpenAPI document has no rule, or a rule no route: see AccessRules.ts"
      )
      for (const operation of operations) {
        assert.strictEqual(operation.guarded, accessRules[`${operation.method} ${operation.path}`]?.needs !== "public")
        for (const asker of askers) yield* ask(operation, asker, anybody)
      }
    }).pipe(secured())
  )

  it.effect("row 23: tells what is another's and what is unknown in one and the same way", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const person = yield* connectedPerson
      const callers = [
        yield* tokenFor("mallory", ["user"], { scope: Permission.literals.join(" ") }),
        yield* tokenFor(person.scope.user, ["user", "service", "admin"], { [tenantClaim]: "other" })
      ]
      const items = operations.filter(({ path }) => path.includes("{user}") && path.includes("{id}"))
      assert.isAbove(items.length, 5)
      for (const operation of items) {
        const { body, item, path } = yield* requestOf(operation, person)
        const unknown = path.replace(item, "0190b4c5-0000-7000-8000-000000000001")
        for (const bearer of callers) {
          const seen = yield* Effect.forEach([path, unknown, unknown.replace(person.scope.user, "nobody")], (asked) =>
            call(operation.method, asked, { ...body, bearer })
          )
          const name = `${operation.method} ${operation.path}`
          assert.deepStrictEqual(
            seen.map(({ status }) => status),
            [404, 404, 404],
            name
          )
          for (const answer of seen) assert.deepStrictEqual(anonymous(answer), anonymous(seen[1] ?? answer), name)
          const headers = seen.map((answer) => [...answer.headers].filter(([key]) => key !== "x-request-id"))
          assert.deepStrictEqual(headers[0], headers[1], name)
        }
      }
    }).pipe(secured())
  )

  it.effect("row 26: lets a service read tokens of its own tenant alone, and has no way to a refresh token", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const { integration, scope } = yield* connectedPerson
      const path = `/v1/users/${scope.user}/integrations/${integration.id}/token`
      const statusFor = (bearer: string) => Effect.map(call("POST", path, { bearer }), ({ status }) => status)
      assert.strictEqual(yield* statusFor(yield* tokenFor("backend", ["service"])), 200)
      assert.strictEqual(yield* statusFor(yield* tokenFor("backend", ["service"], { [tenantClaim]: "other" })), 404)
      assert.strictEqual(yield* statusFor(yield* tokenFor(scope.user, ["service"], { [tenantClaim]: "other" })), 404)
      assert.strictEqual(yield* statusFor(yield* tokenFor("backend", ["service"], { aud: "another-service" })), 401)
      assert.strictEqual(yield* statusFor(yield* tokenFor(scope.user, ["user"])), 403)
      assert.strictEqual(yield* statusFor(yield* tokenFor("mallory", ["user"], { scope: "tokens:read" })), 404)
      const contract = JSON.stringify(document)
      assert.include(contract, '"access_token"')
      for (const secret of ["refresh_token", "id_token", "client_secret", "code_verifier"]) {
        assert.notInclude(contract, `"${secret}":`)
      }
    }).pipe(secured())
  )

  const proxies = ["10.0.0.0/8", "fd00::/8"].map((network) => IpNetwork.fromStringUnsafe(network))
  const seen: Array<string> = []
  const Noting = Layer.succeed(RateLimits, {
    ofAddress: (address) => Effect.sync(() => void seen.push(Option.getOrElse(address, () => "none"))),
    ofCaller: () => Effect.void
  })

  it.effect("row 27: takes nobody's identity, path or method from a forwarded header", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const { integration, scope } = yield* connectedPerson
      const path = `/v1/users/${scope.user}/integrations/${integration.id}`
      const mallory = yield* tokenFor("mallory", ["user"])
      const owner = yield* tokenFor(scope.user, ["user"])
      for (const headers of forwardedHeaders(scope.user, path)) {
        for (const peer of ["10.0.0.1", "198.51.100.1"]) {
          const name = `${peer} ${JSON.stringify(headers)}`
          const sent = from(peer, headers)
          assert.strictEqual((yield* call("GET", path, { headers: sent })).status, 401, name)
          assert.strictEqual((yield* call("GET", path, { bearer: mallory, headers: sent })).status, 404, name)
          assert.strictEqual((yield* call("DELETE", path, { bearer: mallory, headers: sent })).status, 404, name)
          assert.strictEqual((yield* call("GET", "/health/live", { headers: sent })).text, '{"status":"ok"}', name)
          const own = yield* call("GET", path, { bearer: owner, headers: sent })
          assert.strictEqual(own.body.id, integration.id, name)
        }
      }
    }).pipe(secured({ trustedProxies: proxies }))
  )

  it.effect("row 27: believes the proxies that are listed, and them alone, where a request comes from", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [peer: string, forwarded: string | undefined, address: string]> = [
        ["198.51.100.1", undefined, "198.51.100.1"],
        ["198.51.100.1", "203.0.113.9", "198.51.100.1"],
        ["10.0.0.1", undefined, "10.0.0.1"],
        ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
        ["::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
        ["10.0.0.1", "192.0.2.66, 203.0.113.9", "203.0.113.9"],
        ["10.0.0.1", "192.0.2.66, 203.0.113.9, 10.9.9.9,fd00::1", "203.0.113.9"],
        ["10.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"],
        ["10.0.0.1", "unknown, 203.0.113.9", "203.0.113.9"],
        ["10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"],
        ["10.0.0.1", "203.0.113.9, , 10.0.0.2", "10.0.0.1"],
        ["10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
        ["10.0.0.1", "0x7f.1", "10.0.0.1"],
        ["10.0.0.1", "2001:db8::7", "2001:db8::7"],
        ["11.0.0.1", "203.0.113.9", "11.0.0.1"]
      ]
      for (const [peer, forwarded, address] of table) {
        seen.length = 0
        yield* call("GET", "/v1/providers", {
          headers: from(peer, forwarded === undefined ? {} : { "x-forwarded-for": forwarded })
        })
        assert.deepStrictEqual(seen, [address], `${peer} ${forwarded}`)
      }
    }).pipe(secured({ trustedProxies: proxies }, Noting))
  )

  it.effect("row 28: tells 30 other origins nothing, and takes bodies as JSON alone", () =>
    Effect.gen(function* () {
      yield* atNow
      const bearer = yield* tokenFor(ada.user, ["user"])
      const corsOf = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith("access-control-"))
      const askedBy = (origin: string) => call("GET", "/v1/providers", { bearer, headers: { origin } })
      assert.strictEqual(
        (yield* askedBy("https://app.example")).headers.get("access-control-allow-origin"),
        "https://app.example"
      )
      assert.isAtLeast(originTricks.length, 30)
      for (const origin of originTricks) {
        assert.deepStrictEqual(corsOf((yield* askedBy(origin)).headers), [], origin)
        const preflight = yield* call("OPTIONS", "/v1/users/me/authorizations", {
          headers: { origin, "access-control-request-method": "POST" }
        })
        assert.deepStrictEqual([preflight.status, corsOf(preflight.headers)], [401, []], origin)
      }
      const withBody = operations.filter(({ problems }) => problems.includes("415 unsupported_media_type"))
      assert.isAbove(withBody.length, 5)
      const ofForms = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]
      for (const { method, path } of withBody) {
        for (const type of ofForms) {
          const { body, status } = yield* call(method, filled(path), {
            bearer,
            body: '{"provider":"sandbox"}',
            headers: { "content-type": type }
          })
          assert.deepStrictEqual([status, body.code], [415, "unsupported_media_type"], `${method} ${path} ${type}`)
        }
      }
    }).pipe(secured({ corsOrigins: ["https://app.example", "null", "*"] }))
  )

  it.effect("row 29: refuses members that a body does not have, on every route with a body", () =>
    Effect.gen(function* () {
      yield* atNow
      const bearer = yield* tokenFor(ada.user, ["user", "admin", "service"])
      const withBody = operations.filter(({ problems }) => problems.includes("415 unsupported_media_type"))
      for (const { method, path } of withBody) {
        for (const member of foreignMembers) {
          const name = `${method} ${path} ${member}`
          const { body, status } = yield* call(method, filled(path), { bearer, body: `{${member}}` })
          assert.deepStrictEqual([status, body.code], [400, "invalid_request"], name)
          const [, key = ""] = /^"(\w+)"/.exec(member) ?? []
          const faults: ReadonlyArray<{ readonly path: string; readonly message: string }> = body.errors
          assert.isTrue(
            faults.some((fault) => fault.path === `body.${key}` && fault.message === "is not a known property"),
            `${name}: ${JSON.stringify(faults)}`
          )
        }
      }
      assert.isUndefined(Object.getOwnPropertyDescriptor(Object.prototype, "admin"))
      assert.isFalse("admin" in {})
    }).pipe(secured())
  )

  const limits = RateLimits.layer({ user: 20, service: 50, address: 0 }).pipe(Layer.provide(MemoryBuckets.layer))

  it.effect("row 30: ends a burst on the token endpoint with 429, and leaves the neighbours alone", () =>
    Effect.gen(function* () {
      yield* atNow
      yield* willingProvider
      const { integration, scope } = yield* connectedPerson
      const path = `/v1/users/${scope.user}/integrations/${integration.id}/token`
      const greedy = yield* tokenFor("greedy", ["service"])
      const burst = yield* Effect.forEach(Array.from({ length: 200 }), () => call("POST", path, { bearer: greedy }), {
        concurrency: 20
      })
      const refused = burst.filter(({ status }) => status === 429)
      assert.strictEqual(burst.filter(({ status }) => status === 200).length, 50)
      assert.lengthOf(refused, 150)
      for (const { body, headers } of refused) {
        assert.strictEqual(body.code, "rate_limited")
        assert.match(headers.get("retry-after") ?? "", /^[1-9]\d*$/)
      }
      const neighbour = yield* tokenFor("neighbour", ["service"])
      assert.strictEqual((yield* call("POST", path, { bearer: neighbour })).status, 200)
      const owner = yield* tokenFor(scope.user, ["user"])
      const asked = yield* Effect.forEach(Array.from({ length: 21 }), () => call("POST", path, { bearer: owner }))
      assert.deepStrictEqual([asked[19]?.status, asked[20]?.status], [403, 429])
    }).pipe(secured({}, limits))
  )
})

isolationBeneathTheCode()
