import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { TokenVault } from "@oauth-manager/application"
import { Api } from "@oauth-manager/http/api"
import { HttpServer, RateLimits } from "@oauth-manager/http/server"
import { Effect, HashMap, Layer, Logger, Option, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { ada, anAnswer, authorize, stored } from "../application/Journey.ts"
import { providers } from "../application/Providers.ts"
import { layerOf } from "../application/TestApplication.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Log } from "./Log.ts"
import { begin, follow } from "./Product.ts"
import { call, callersAddress, layerWith, Ready } from "./TestApi.ts"
import * as TestCallers from "./TestCallers.ts"

const logged = Effect.provide(layerWith({}).pipe(Layer.provideMerge(Log.layer)), { local: true })

const bearer = TestCallers.tokenOf(ada.user, ["user"], { client: "the-app" })

/** The origin of the one consent that Ada then gives. */
const originOf = Effect.fnUntraced(function* (agent: string) {
  const before = HashMap.size((yield* stored).consents)
  const begun = yield* begin({})
  yield* follow(begun.body, {}, { bearer, "user-agent": agent })
  const { consents } = yield* stored
  assert.strictEqual(HashMap.size(consents), before + 1)
  const newest = [...HashMap.values(consents)].toSorted((a, b) => (a.id < b.id ? 1 : -1))[0]
  return newest === undefined ? yield* Effect.die("no consent") : newest.origin
})

const pseudonym = (kind: "address" | "agent", text: string) =>
  Effect.map(
    TokenVault.use((vault) => vault.pseudonym(ada, kind, text)),
    Option.some
  )

describe("a consent that is given over HTTP", () => {
  it.effect("names the client, and holds address and agent as pseudonyms alone, which nothing else holds either", () =>
    Effect.gen(function* () {
      const agent = "Mozilla/5.0 (a browser nobody else has)"
      const origin = yield* originOf(agent)
      assert.deepStrictEqual(origin, {
        client: Option.some("the-app"),
        address: yield* pseudonym("address", callersAddress),
        agent: yield* pseudonym("agent", agent)
      })
      for (const kept of [origin.address, origin.agent]) assert.lengthOf(Option.getOrThrow(kept), 32)
      const shown = yield* call("GET", "/v1/users/me/consents", { bearer })
      assert.deepInclude(shown.body.data[0], { client: "the-app" })
      const rows = JSON.stringify(yield* stored)
      const { lines, text } = yield* Log
      assert.include(rows, "the-app")
      assert.isAbove(lines.length, 3)
      for (const place of [rows, yield* text, shown.text]) {
        for (const secret of [agent, callersAddress]) assert.notInclude(place, secret)
      }
    }).pipe(logged)
  )

  it.effect("tells agents apart by their first 1024 characters", () =>
    Effect.gen(function* () {
      const long = "a".repeat(1024)
      assert.deepStrictEqual((yield* originOf(`${long}b`)).agent, yield* pseudonym("agent", long))
      assert.deepStrictEqual((yield* originOf(long)).agent, yield* pseudonym("agent", long))
      assert.deepStrictEqual((yield* originOf("")).agent, Option.none())
    }).pipe(logged)
  )

  it.live("comes from the address of the connection", () =>
    Effect.gen(function* () {
      const { authorization, completionToken } = yield* authorize()
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer()))
      const client = yield* HttpApiClient.make(Api, {
        transformClient: HttpClient.mapRequest((request) =>
          request.pipe(
            HttpClientRequest.bearerToken(bearer),
            HttpClientRequest.setHeader("x-forwarded-for", "203.0.113.9")
          )
        )
      })
      yield* client.authorizations.complete({
        params: { user: ada.user, id: authorization.id },
        payload: { completion_token: Redacted.make(Redacted.value(completionToken)) }
      })
      const [consent] = [...HashMap.values((yield* stored).consents)]
      const places = yield* Effect.forEach(["127.0.0.1", "::1", "::ffff:127.0.0.1"], (address) =>
        pseudonym("address", address)
      )
      assert.deepInclude(places, consent?.origin.address)
    }).pipe(
      Effect.provide(
        HttpServer.layer().pipe(
          Layer.provideMerge(NodeHttpServer.layerTest),
          Layer.provideMerge(
            Layer.mergeAll(
              layerOf(providers),
              TestCallers.layer,
              NodeCrypto.layer,
              Ready,
              RateLimits.layerNone,
              Logger.layer([])
            )
          )
        ),
        { local: true }
      )
    )
  )
})
