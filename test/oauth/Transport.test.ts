import { Oauth4webapiClient } from "@oauth-manager/oauth"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Logger, References, Tracer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { type Answer, drip, flood, json, silence, stall } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { clientLayer, exchange, overHttp, refresh, registered, revoke, shown, until } from "./OAuthFixture.ts"

const deadline = Duration.millis(300)

const slow: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["never answers", silence],
  ["stops within its answer", stall()],
  ["stops within its refusal", stall(400)],
  ["sends a byte now and then", drip]
]

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([time, result]) => ({ millis: Duration.toMillis(time), result }))

describe("the deadline", () => {
  for (const [what, answer] of slow) {
    overHttp(
      `ends a request to a server that ${what}, even where nothing may interrupt it`,
      () =>
        Effect.gen(function* () {
          const server = yield* FaultyAuthorizationServer.start
          const provider = registered({ issuer: server.issuer })
          server.on("token", () => answer)
          const ended = [
            yield* timed(Effect.uninterruptible(Effect.flip(refresh(provider)))),
            yield* timed(Effect.uninterruptible(Effect.flip(exchange(provider))))
          ]
          for (const { millis, result } of ended) {
            assert.strictEqual(shown(result), "ProviderUnavailable timeout")
            assert.isAtLeast(millis, 290)
            assert.isBelow(millis, 1500)
          }
        }),
      deadline
    )
  }

  overHttp(
    "holds for metadata, keys and revocation as well",
    () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const provider = registered({ issuer: server.issuer })
        server.on("discovery", () => silence)
        assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "ProviderUnavailable timeout")
        server.on("discovery", () => json(server.metadata()))
        yield* Effect.sleep("1050 millis")
        server.on("keys", () => silence)
        server.on("revoke", () => stall(400))
        const failures = [yield* Effect.flip(exchange(provider)), yield* Effect.flip(revoke(provider))]
        assert.deepStrictEqual(failures.map(shown), ["ProviderUnavailable timeout", "ProviderUnavailable timeout"])
        assert.strictEqual(server.count("token"), 0)
      }),
    deadline
  )

  overHttp("closes the connection, so that no more is taken from an endless answer", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      let isClosed = false
      server.on("token", () => (response) => {
        response.once("close", () => (isClosed = true))
        flood(response)
      })
      const before = process.memoryUsage().rss
      yield* Effect.flip(refresh(registered({ issuer: server.issuer })))
      assert.isBelow(process.memoryUsage().rss - before, 50 * 1024 * 1024)
      yield* until(() => isClosed)
    })
  )

  overHttp("is not the only end: an interrupted caller drops the request", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      let isClosed = false
      server.on("token", () => (response) => void response.once("close", () => (isClosed = true)))
      yield* Effect.timeoutOption(refresh(registered({ issuer: server.issuer })), "100 millis")
      yield* until(() => isClosed)
    })
  )
})

describe("a request to a provider", () => {
  const ours = "a request of ours"
  const queries = "?key=canary-of-the-query"
  const observed = Effect.fnUntraced(function* () {
    const server = yield* FaultyAuthorizationServer.start
    server.claims = { nonce: "n", email: undefined }
    const { issuer } = server
    const provider = registered({
      issuer,
      tokenEndpoint: `${issuer}/token${queries}`,
      revocationEndpoint: `${issuer}/revoke${queries}`,
      userinfoEndpoint: `${issuer}/userinfo${queries}`
    })
    yield* exchange(provider)
    yield* refresh(provider)
    yield* revoke(provider)
    server.on("token", () => json({ error: "invalid_grant", error_description: "the-refresh-token" }, 400))
    yield* Effect.flip(refresh(provider))
    server.on("token", () => silence)
    yield* Effect.flip(refresh(provider))
    return server
  })

  const record = Effect.fnUntraced(function* () {
    const spans: Array<Tracer.NativeSpan> = []
    const logs: Array<unknown> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const server = yield* observed().pipe(
      Effect.withSpan(ours),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provide(Logger.layer([Logger.make(({ message }) => logs.push(message))])),
      Effect.provideService(References.MinimumLogLevel, "All")
    )
    return { server, spans, logs }
  })

  const recorded = Effect.suspend(() => Effect.provide(record(), clientLayer(deadline), { local: true }))

  it.live("says who asks and what for, and nothing of our traces", () =>
    Effect.gen(function* () {
      const { server } = yield* recorded
      assert.isAtLeast(server.received.length, 7)
      for (const { endpoint, headers } of server.received) {
        assert.strictEqual(headers.accept, "application/json", endpoint)
        assert.strictEqual(headers["accept-encoding"], "identity")
        assert.strictEqual(headers["user-agent"], "oauth-manager")
        assert.deepStrictEqual(
          Object.keys(headers).filter((name) => /trace|b3|baggage|cookie|referer|origin/.test(name)),
          []
        )
      }
      const { form, headers, url } = server.last("token")
      assert.include(headers["content-type"], "application/x-www-form-urlencoded")
      assert.strictEqual(url, `/token${queries}`)
      assert.isTrue(form.has("refresh_token"))
    })
  )

  it.live("leaves no secret in spans or logs", () =>
    Effect.gen(function* () {
      const { logs, spans } = yield* recorded
      const names = new Set(spans.map(({ name }) => name))
      assert.includeMembers([...names], ["OAuthClient.exchange", "OAuthClient.refresh", "ProviderHttp.send"])
      const told = spans
        .filter(({ name }) => name !== ours)
        .map(({ attributes, events, name, status }) => ({ name, attributes, events, status }))
      const seen = inspect({ logs, told }, { depth: 20, showHidden: true })
      assert.notMatch(seen, /canary|the-code|the-access-token|the-refresh-token|secret|Basic|eyJ|vvvvv/)
      assert.include(seen, "http.response.status_code")
    })
  )
})

describe("the deadline, unless told otherwise,", () => {
  const silent = HttpClient.make(() => Effect.never)
  const layer = Oauth4webapiClient.layer.pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, silent)))

  it.effect("is ten seconds, where nothing may interrupt it too", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.flip(Effect.uninterruptible(refresh(registered()))), {
        startImmediately: true
      })
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(shown(yield* Fiber.join(fiber)), "ProviderUnavailable timeout")
    }).pipe(Effect.provide(layer))
  )
})

describe("a refresh", () => {
  const metadata = {
    issuer: "https://issuer.test",
    authorization_endpoint: "https://issuer.test/auth",
    token_endpoint: "https://issuer.test/token",
    jwks_uri: "https://issuer.test/jwks",
    id_token_signing_alg_values_supported: ["RS256"]
  }
  const asked = Deferred.makeUnsafe<void>()
  /** Tells where it is just in time, and then nothing more. */
  const sluggish = HttpClient.make((request) =>
    request.url.endsWith("/openid-configuration")
      ? Effect.delay(Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(metadata))), "9999 millis")
      : Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
  )
  const layer = Oauth4webapiClient.layer.pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, sluggish)))

  it.effect("ends within twenty seconds, what it must look up first included", () =>
    Effect.gen(function* () {
      const provider = registered({ issuer: metadata.issuer })
      const fiber = yield* Effect.forkChild(Effect.flip(Effect.uninterruptible(refresh(provider))), {
        startImmediately: true
      })
      yield* TestClock.adjust("9999 millis")
      yield* Deferred.await(asked)
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 millis")
      assert.strictEqual(shown(yield* Fiber.join(fiber)), "ProviderUnavailable timeout")
    }).pipe(Effect.provide(layer))
  )
})

describe("once the code is spent", () => {
  const start = Effect.map(FaultyAuthorizationServer.start, (server) => {
    server.claims = { nonce: "n", email: undefined }
    return { server, provider: registered({ issuer: server.issuer }) }
  })

  it.effect("names are waited for no longer than 3 seconds", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      server.on("userinfo", () => silence)
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(exchange(provider)), { startImmediately: true })
      yield* until(() => server.count("userinfo") === 1)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual((yield* Fiber.join(fiber)).account, {
        key: `${server.issuer}#108`,
        id: "108",
        name: "Ada"
      })
    }).pipe(Effect.provide(clientLayer(), { local: true }))
  )

  it.effect("new keys are waited for no longer than 3 seconds", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      yield* exchange(provider)
      yield* Effect.promise(() => server.rotateKeys("second"))
      server.on("keys", () => silence)
      const fiber = yield* Effect.forkChild(Effect.flip(exchange(provider)), { startImmediately: true })
      yield* until(() => server.count("keys") === 2)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(shown(yield* Fiber.join(fiber)), "IdentityRejected")
    }).pipe(Effect.provide(clientLayer(), { local: true }))
  )
})
