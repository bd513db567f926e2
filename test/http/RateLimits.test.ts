import { assert, describe, it } from "@effect/vitest"
import { ListProviders } from "@oauth-manager/application"
import { CallerVerification, MemoryBuckets, RateLimits, type RequestLimits } from "@oauth-manager/http/server"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { atNow, claims, options, sign } from "./JwtIssuer.ts"
import { allEndIn } from "./MockedApplication.ts"
import { call, from, layerNoApplication } from "./TestApi.ts"

const none: RequestLimits = { user: 0, service: 0, address: 0 }

const application = Layer.mergeAll(
  allEndIn(Effect.die("not asked")),
  Layer.mock(ListProviders, { list: Effect.succeed([]), get: () => Effect.die("not asked") }),
  CallerVerification.layer(options({ claims: { tenant: "org" } }))
)

const limitedTo = (limits: Partial<RequestLimits>) =>
  Effect.provide(
    layerNoApplication({}, RateLimits.layer({ ...none, ...limits }).pipe(Layer.provide(MemoryBuckets.layer))).pipe(
      Layer.provide(application)
    ),
    { local: true }
  )

const tokens = await Promise.all(
  (
    [
      ["ada", ["user"], "acme"],
      ["bob", ["user"], "acme"],
      ["ada", ["user"], "other"],
      ["backend", ["service"], "acme"],
      ["root", ["admin"], "acme"]
    ] as const
  ).map(([sub, roles, org]) => sign({ ...claims, sub, roles, org }))
)
const [ada = "", bob = "", namesake = "", backend = "", root = ""] = tokens

const statusOf = (bearer: string | undefined, headers = {}, path = "/v1/providers") =>
  Effect.map(call("GET", path, { headers, ...(bearer === undefined ? {} : { bearer }) }), ({ status }) => status)

const statuses = (count: number, ...asked: Parameters<typeof statusOf>) =>
  Effect.forEach(Array.from({ length: count }), () => statusOf(...asked))

describe("requests of one caller", () => {
  it.effect("are answered up to the limit, and then told when to come back", () =>
    Effect.gen(function* () {
      yield* atNow
      assert.deepStrictEqual(yield* statuses(4, ada), [200, 200, 200, 429])
      const { body, headers } = yield* call("GET", "/v1/providers", { bearer: ada })
      assert.strictEqual(body.code, "rate_limited")
      assert.strictEqual(headers.get("retry-after"), "20")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(body.request_id, headers.get("x-request-id"))
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual((yield* call("GET", "/v1/providers", { bearer: ada })).headers.get("retry-after"), "1")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* statuses(2, ada), [200, 429])
      yield* TestClock.adjust("10 minutes")
    }).pipe(limitedTo({ user: 3 }))
  )

  it.effect("are counted for each person and tenant, on paths that are no route too", () =>
    Effect.gen(function* () {
      yield* atNow
      assert.deepStrictEqual(yield* statuses(2, ada, {}, "/v1/nowhere"), [404, 429])
      for (const other of [bob, namesake]) assert.deepStrictEqual(yield* statuses(2, other), [200, 429])
      assert.deepStrictEqual(yield* statuses(3, backend), [200, 200, 429])
      assert.deepStrictEqual(yield* statuses(3, root), [200, 200, 429])
    }).pipe(limitedTo({ user: 1, service: 2 }))
  )
})

describe("requests from one address", () => {
  it.effect("are counted before it is known who asks, and whatever they ask", () =>
    Effect.gen(function* () {
      yield* atNow
      const peer = from("198.51.100.1")
      assert.strictEqual(yield* statusOf("forged.to.ken", peer), 401)
      assert.strictEqual(yield* statusOf(undefined, peer), 401)
      assert.strictEqual(yield* statusOf(undefined, peer, "/v1/callback/sandbox"), 400)
      assert.strictEqual(yield* statusOf(ada, peer), 200)
      for (const path of ["/v1/providers", "/v1/callback/sandbox", "/openapi.json", "/nowhere"]) {
        assert.strictEqual(yield* statusOf(ada, peer, path), 429, path)
      }
      assert.strictEqual(yield* statusOf(ada, from("198.51.100.2")), 200)
    }).pipe(limitedTo({ address: 4 }))
  )

  it.effect("are counted for one subscriber of IPv6 together, and for IPv4 however it is written", () =>
    Effect.gen(function* () {
      yield* atNow
      assert.strictEqual(yield* statusOf(ada, from("2001:db8:1:2::1")), 200)
      assert.strictEqual(yield* statusOf(ada, from("2001:db8:1:2:ffff:ffff:ffff:ffff")), 429)
      assert.strictEqual(yield* statusOf(ada, from("2001:db8:1:3::1")), 200)
      assert.strictEqual(yield* statusOf(ada, from("::ffff:198.51.100.1")), 200)
      assert.strictEqual(yield* statusOf(ada, from("198.51.100.1")), 429)
      assert.strictEqual(yield* statusOf(ada, from("fe80::1%eth0")), 200)
      assert.strictEqual(yield* statusOf(ada, from("fe80::2%eth1")), 429)
    }).pipe(limitedTo({ address: 1 }))
  )

  it.effect("are not counted where they ask for its health", () =>
    Effect.gen(function* () {
      yield* atNow
      for (let count = 0; count < 3; count++) {
        assert.strictEqual(yield* statusOf(undefined, {}, "/health/live"), 200)
        assert.strictEqual(yield* statusOf(undefined, {}, "/health/ready?x=1"), 200)
      }
      assert.strictEqual(yield* statusOf(undefined, {}, "/health/nothing"), 404)
      assert.strictEqual(yield* statusOf(undefined, {}, "/health/nothing"), 429)
    }).pipe(limitedTo({ address: 1 }))
  )

  it.effect("are not counted for a service that is known, which has a limit of its own", () =>
    Effect.gen(function* () {
      yield* atNow
      // Of the first nobody knows yet that it is a service's
      assert.deepStrictEqual(yield* statuses(5, backend), [200, 200, 200, 200, 200])
      assert.deepStrictEqual(yield* statuses(2, ada), [200, 429])
      assert.strictEqual(yield* statusOf(`${backend}x`), 429)
      yield* TestClock.adjust("61 seconds")
      assert.deepStrictEqual(yield* statuses(4, "forged.to.ken"), [401, 401, 429, 429])
      assert.strictEqual(yield* statusOf(backend), 429)
    }).pipe(limitedTo({ address: 2 }))
  )
})
