import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Api } from "@oauth-manager/http/api"
import { HttpServer, RateLimits } from "@oauth-manager/http/server"
import { UserId } from "@oauth-manager/domain"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { DateTime, Effect, Layer, Logger, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { ada, connect } from "../application/Journey.ts"
import { providers } from "../application/Providers.ts"
import { layerOf } from "../application/TestApplication.ts"
import { aSecret } from "../fakes/Samples.ts"
import { Ready } from "./TestApi.ts"
import * as TestCallers from "./TestCallers.ts"

const Served = HttpServer.layer().pipe(
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
)

const clientOf = (token: string) =>
  HttpApiClient.make(Api, { transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(token)) })

const user = UserId.make(ada.user)

describe("a client derived from the contract", () => {
  it.live("gets values of the contract's types", () =>
    Effect.gen(function* () {
      const accessToken = aSecret()
      const { id } = yield* connect({ accessToken })
      const client = yield* clientOf(TestCallers.servicesToken)
      const token = yield* client.tokens.read({ params: { user, id }, payload: { min_ttl: 0 } })
      assert.strictEqual(Redacted.value(token.access_token), Redacted.value(accessToken))
      assert.isTrue(token.expires_at !== null && DateTime.isUtc(token.expires_at))
      const listed = yield* client.integrations.list({ params: { user }, query: { limit: 1, status: "active" } })
      assert.deepStrictEqual(
        listed.data.map((integration) => integration.id),
        [id]
      )
    }).pipe(Effect.provide(Served, { local: true }))
  )

  it.live("gets problems as errors of the contract's types", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const client = yield* clientOf(TestCallers.adasToken)
      const problem = yield* Effect.flip(client.tokens.read({ params: { user, id }, payload: null }))
      assert.isTrue("code" in problem && problem.code === "permission_required" && problem.permission === "tokens:read")
    }).pipe(Effect.provide(Served, { local: true }))
  )
})
