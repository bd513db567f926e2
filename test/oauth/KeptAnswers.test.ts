import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Redacted } from "effect"
import { type Answer, breakOff, flood, gzipBomb, gzipped, json, reply, reset } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, readRefreshAnswer, refresh, registered } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

const tokens = '{"access_token":"new-access","refresh_token":"new-refresh","token_type":"Bearer"}'

const start = Effect.fnUntraced(function* (changes: Partial<ProviderManifest> = {}) {
  const server = yield* FaultyAuthorizationServer.start
  const kept: Array<string> = []
  const keep = (body: Redacted.Redacted<string>) => Effect.sync(() => void kept.push(Redacted.value(body)))
  return { server, provider: deployed(sample(server.issuer, changes)), keep, kept }
})

const withSuccessStatus = { withSuccessStatus: true, rules: [] }
const broken = Buffer.from([0x1f, 0x8b, 0, 0])

const rows: ReadonlyArray<readonly [what: string, answer: Answer, kept: string | undefined]> = [
  ["tokens", json(tokens), tokens],
  ["tokens with a status of its own", json(tokens, 201), tokens],
  ["compressed tokens, inflated", gzipped(tokens), tokens],
  ["an error that comes as a success", json('{"error":"invalid_grant"}'), '{"error":"invalid_grant"}'],
  ["a page", reply(200, "<html>"), "<html>"],
  ["a text", json('"text"'), '"text"'],
  ["half an answer", json('{"refresh_token":"new-ref'), '{"refresh_token":"new-ref'],
  ["nothing", reply(204), ""],
  ["a refusal", json({ error: "invalid_grant" }, 400), undefined],
  ["a refusal that quotes tokens", json(tokens, 400), undefined],
  ["a redirect", reply(302, tokens, { location: "/" }), undefined],
  ["too many requests", reply(429, tokens), undefined],
  ["a failure of its own", reply(500, tokens), undefined],
  ["a body without end", flood, undefined],
  ["a gzip bomb", gzipBomb, undefined],
  ["what cannot be inflated", reply(200, broken, { "content-encoding": "gzip" }), undefined],
  ["a connection that breaks before the answer", reset, undefined],
  ["a connection that breaks within the answer", breakOff, undefined]
]

describe("the answer to a refresh", () => {
  for (const [what, answer, expected] of rows) {
    overHttp(`is ${expected === undefined ? "not " : ""}kept: ${what}`, () =>
      Effect.gen(function* () {
        const { keep, kept, provider, server } = yield* start()
        server.on("token", () => answer)
        yield* Effect.exit(refresh(provider, keep))
        assert.deepStrictEqual(kept, expected === undefined ? [] : [expected])
      })
    )
  }

  overHttp("is kept before the plugin's hook sees it, as the provider wrote it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { keep, kept, provider, server } = yield* start({
        hooks: {
          tokenResponse: ({ inner }) => {
            seen.push(...kept)
            return { access_token: inner }
          }
        }
      })
      server.on("token", () => json('{ "inner": "new-access" }'))
      assert.strictEqual(Redacted.value((yield* refresh(provider, keep)).accessToken), "new-access")
      assert.deepStrictEqual(seen, ['{ "inner": "new-access" }'])
    })
  )

  overHttp("is kept though the plugin's hook throws", () =>
    Effect.gen(function* () {
      const { keep, kept, provider, server } = yield* start({
        hooks: {
          tokenResponse: () => {
            throw new Error("canary")
          }
        }
      })
      server.on("token", () => json(tokens))
      yield* Effect.flip(refresh(provider, keep))
      assert.deepStrictEqual(kept, [tokens])
    })
  )

  overHttp("is not kept where the plugin knows it as an error in spite of its status", () =>
    Effect.gen(function* () {
      const { keep, kept, provider, server } = yield* start({ errors: withSuccessStatus })
      server.on("token", () => json({ error: "invalid_grant" }))
      assert.strictEqual((yield* Effect.flip(refresh(provider, keep)))._tag, "GrantRefused")
      assert.deepStrictEqual(kept, [])
      server.on("token", () => json('{"error":"","access_token":null,"refresh_token":"new-refresh"}'))
      yield* Effect.exit(refresh(provider, keep))
      assert.lengthOf(kept, 1)
    })
  )

  overHttp("is waited for to be kept, and the caller's interruption waits as well", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start()
      server.on("token", () => json(tokens))
      const [reached, released] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
      let isKept = false
      const keep = () =>
        Deferred.succeed(reached, undefined).pipe(
          Effect.andThen(Deferred.await(released)),
          Effect.andThen(Effect.sync(() => void (isKept = true)))
        )
      const fiber = yield* Effect.forkChild(refresh(provider, keep))
      yield* Deferred.await(reached)
      assert.isUndefined(fiber.pollUnsafe())
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* Effect.yieldNow
      assert.isUndefined(fiber.pollUnsafe())
      yield* Deferred.succeed(released, undefined)
      yield* Fiber.join(interruption)
      assert.isTrue(isKept)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )
})

describe("an answer that was kept", () => {
  const body = (scope: string) => `{"access_token":"new-access","scope":"${scope}"}`

  overHttp(
    "is read without the scope that only the adapter asks for, whatever the server knows, and as a refresh reads it",
    () =>
      Effect.gen(function* () {
        for (const supported of [["openid", "offline_access"], ["openid"]]) {
          const server = yield* FaultyAuthorizationServer.start
          server.on("discovery", () => json({ ...server.metadata(), scopes_supported: supported }))
          server.on("token", () => json(body("openid offline_access")))
          const provider = registered({ issuer: server.issuer })
          const answers = [yield* readRefreshAnswer(provider, body("openid offline_access")), yield* refresh(provider)]
          assert.strictEqual(server.count("discovery"), 1)
          assert.deepStrictEqual(
            answers.map(({ scopes }) => Option.getOrThrow(scopes).join(" ")),
            ["openid", "openid"]
          )
        }
      })
  )

  overHttp("is read with every scope where the provider itself answers, or the plugin knows the scope", () =>
    Effect.gen(function* () {
      const elsewhere = { overrides: { issuer: "http://127.0.0.1:9" } }
      const providers = [registered(), deployed(sample("https://home.example"), elsewhere)]
      for (const provider of providers) {
        const { scopes } = yield* readRefreshAnswer(provider, body("notes offline_access"))
        assert.strictEqual(Option.getOrThrow(scopes).join(" "), "notes offline_access")
      }
    })
  )
})
