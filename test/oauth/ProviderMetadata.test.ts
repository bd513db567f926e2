import { OAuthClient } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { addressOf, overHttp, registered, request } from "./OAuthFixture.ts"

describe("metadata", () => {
  overHttp("are asked for once by many at the same time, and kept", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer })
      yield* Effect.all(
        Array.from({ length: 20 }, () => addressOf(provider)),
        { concurrency: "unbounded" }
      )
      yield* addressOf(provider)
      assert.strictEqual(server.count("discovery"), 1)
    })
  )

  overHttp("are asked for again after a second when they could not be had", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer })
      server.on("discovery", () => reply(500))
      yield* Effect.flip(addressOf(provider))
      yield* Effect.flip(addressOf(provider))
      assert.strictEqual(server.count("discovery"), 1)
      server.on("discovery", () => json(server.metadata()))
      yield* Effect.sleep("1050 millis")
      assert.strictEqual(yield* addressOf(provider), `${server.issuer}/auth`)
    })
  )

  overHttp("survive the one who asked for them first", () =>
    Effect.gen(function* () {
      const client = yield* OAuthClient
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer })
      server.on("discovery", async () => {
        await new Promise((resolve) => setTimeout(resolve, 200))
        return json(server.metadata())
      })
      const impatient = Effect.timeoutOption(addressOf(provider), "50 millis")
      const [, address] = yield* Effect.all([impatient, addressOf(provider)], { concurrency: 2 })
      assert.strictEqual(address, `${server.issuer}/auth`)
      assert.strictEqual(server.count("discovery"), 1)
      yield* client.begin(provider, request)
    })
  )
})
