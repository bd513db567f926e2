import { assert, beforeAll, afterAll, describe, it } from "@effect/vitest"
import { ListProviders } from "@oauth-manager/application"
import { CallerVerification } from "@oauth-manager/http/server"
import { Effect, Layer } from "effect"
import { forged, good } from "./ForgedTokens.ts"
import { atNow, options } from "./JwtIssuer.ts"
import { allEndIn } from "./MockedApplication.ts"
import { call, layerNoApplication } from "./TestApi.ts"

const application = Layer.mergeAll(
  allEndIn(Effect.die("not asked")),
  Layer.mock(ListProviders, { list: Effect.succeed([]) }),
  CallerVerification.layer(options())
)
const inApi = Effect.provide(layerNoApplication().pipe(Layer.provide(application)), { local: true })

const fetched: Array<unknown> = []
const original = globalThis.fetch

beforeAll(() => {
  globalThis.fetch = (input) => {
    fetched.push(input)
    return Promise.reject(new Error("no fetch in this test"))
  }
})

afterAll(() => {
  globalThis.fetch = original
})

describe("a forged token", () => {
  for (const [name, token] of Object.entries(forged)) {
    it.effect(`is refused: ${name}`, () =>
      Effect.gen(function* () {
        yield* atNow
        const { status, body, text, headers } = yield* call("GET", "/v1/providers", { bearer: token })
        assert.strictEqual(status, 401)
        assert.strictEqual(body.code, "invalid_token")
        assert.strictEqual(headers.get("www-authenticate"), 'Bearer error="invalid_token"')
        assert.isTrue(token === ".." || !text.includes(token))
      }).pipe(inApi)
    )
  }

  it("comes in at least forty kinds, and makes nothing be fetched", () => {
    assert.isAtLeast(Object.keys(forged).length, 40)
    assert.deepStrictEqual(fetched, [])
  })

  it.effect("differs from a good one", () =>
    Effect.gen(function* () {
      yield* atNow
      const { status } = yield* call("GET", "/v1/providers", { bearer: good })
      assert.strictEqual(status, 200)
    }).pipe(inApi)
  )
})
