import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { CallerVerification } from "@oauth-manager/http/server"
import { Effect, Redacted } from "effect"
import type { JWK } from "jose"
import { createServer, type ServerResponse } from "node:http"
import { atNow, claims, now, options, sign, type SigningKey, signingKey } from "./JwtIssuer.ts"

const first = await signingKey("ES256", "first")
const second = await signingKey("ES256", "second")

/** The issuer's key endpoint, which answers as the test says and counts how often it is asked. */
const keyEndpoint = Effect.acquireRelease(
  Effect.promise(async () => {
    const state = { asked: 0, answer: publish(first.jwk) }
    const server = createServer((_, response) => {
      state.asked++
      state.answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { state, server, url: `http://127.0.0.1:${port}/jwks.json` }
  }),
  ({ server }) => Effect.sync(() => server.close().closeAllConnections())
)

const publish =
  (...keys: ReadonlyArray<JWK>) =>
  (response: ServerResponse): void =>
    void response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }))

const failWith =
  (status: number, body = "", headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end(body)

const hangUp = (response: ServerResponse): void => void response.destroy()

const minutes = (count: number) => Effect.sync(() => void vi.setSystemTime(Date.now() + count * 60_000))

/** A verifier over the endpoint, and what it says of a token signed with a key. */
const setUp = Effect.gen(function* () {
  yield* atNow
  const { state, url } = yield* keyEndpoint
  const layer = CallerVerification.layer(options({ keys: { kind: "jwks_url", url } }))
  const { verify } = yield* Effect.provide(CallerVerification, layer)
  const saysOf = (key: SigningKey, kid: string | undefined = key.jwk.kid) =>
    Effect.gen(function* () {
      const token = yield* Effect.promise(() => sign(claims, key, { kid }))
      return yield* Effect.match(verify(Redacted.make(token)), {
        onFailure: ({ _tag }) => _tag,
        onSuccess: ({ scope }) => scope.user as string
      })
    })
  return { state, saysOf }
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: now * 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe("keys that are fetched", () => {
  it.effect("are asked for once in ten minutes", () =>
    Effect.gen(function* () {
      const { state, saysOf } = yield* setUp
      for (let count = 0; count < 20; count++) assert.strictEqual(yield* saysOf(first), "ada")
      assert.strictEqual(state.asked, 1)
      yield* minutes(11)
      assert.strictEqual(yield* saysOf(first), "ada")
      assert.strictEqual(state.asked, 2)
    })
  )

  it.effect("are asked for again when a new one signs, but not for every name that callers make up", () =>
    Effect.gen(function* () {
      const { state, saysOf } = yield* setUp
      yield* saysOf(first)
      state.answer = publish(first.jwk, second.jwk)
      assert.strictEqual(yield* saysOf(second), "TokenRejected")
      assert.strictEqual(state.asked, 1)
      yield* minutes(1)
      assert.strictEqual(yield* saysOf(second), "ada")
      for (let count = 0; count < 200; count++)
        assert.strictEqual(yield* saysOf(first, `made-up-${count}`), "TokenRejected")
      assert.strictEqual(state.asked, 2)
    })
  )

  it.effect("are trusted no longer once the issuer has withdrawn them", () =>
    Effect.gen(function* () {
      const { state, saysOf } = yield* setUp
      yield* saysOf(first)
      state.answer = publish(second.jwk)
      yield* minutes(11)
      assert.strictEqual(yield* saysOf(first), "TokenRejected")
    })
  )
})

describe("keys that cannot be fetched", () => {
  it.effect.each([
    ["an error", failWith(500)],
    ["a redirect", failWith(302, "", { location: "http://127.0.0.1:9/" })],
    ["no JSON", failWith(200, "<html>")],
    ["no keys", failWith(200, "{}")],
    ["nothing", hangUp]
  ] as const)(
    "make nobody known while the endpoint answers with %s, and are not asked for all the while",
    ([, answer]) =>
      Effect.gen(function* () {
        const { state, saysOf } = yield* setUp
        state.answer = answer
        for (let count = 0; count < 5; count++) assert.strictEqual(yield* saysOf(first), "KeysUnavailable")
        assert.strictEqual(state.asked, 1)
        state.answer = publish(first.jwk)
        yield* minutes(1)
        assert.strictEqual(yield* saysOf(first), "ada")
      })
  )

  it.effect("go on working for an hour where they are known", () =>
    Effect.gen(function* () {
      const { state, saysOf } = yield* setUp
      yield* saysOf(first)
      state.answer = hangUp
      yield* minutes(11)
      assert.strictEqual(yield* saysOf(first), "ada")
      assert.strictEqual(yield* saysOf(second), "KeysUnavailable")
      assert.strictEqual(yield* saysOf({ ...second, jwk: first.jwk }), "TokenRejected")
      assert.strictEqual(state.asked, 2)
      yield* minutes(30)
      assert.strictEqual(yield* saysOf(first), "ada")
      yield* minutes(30)
      assert.strictEqual(yield* saysOf(first), "KeysUnavailable")
      state.answer = publish(first.jwk)
      yield* minutes(1)
      assert.strictEqual(yield* saysOf(first), "ada")
    })
  )

  it.effect("are not asked for by those who make up names, while known ones work", () =>
    Effect.gen(function* () {
      const { state, saysOf } = yield* setUp
      yield* saysOf(first)
      state.answer = hangUp
      yield* minutes(1)
      for (let count = 0; count < 20; count++) {
        assert.strictEqual(yield* saysOf(first, `made-up-${count}`), "KeysUnavailable")
        assert.strictEqual(yield* saysOf(first), "ada")
      }
      assert.strictEqual(state.asked, 2)
    })
  )
})
