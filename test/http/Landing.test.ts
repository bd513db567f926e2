import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inApi, layerWith } from "./TestApi.ts"

describe("GET /", () => {
  it.effect("tells a browser that comes back what the address bar holds, and repeats none of it", () =>
    Effect.gen(function* () {
      const { status, headers, text } = yield* call("GET", "/?authorization_id=a-secret&completion_token=hush")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8")
      assert.include(text, "completion_token")
      assert.notMatch(text, /a-secret|hush|<script|http/)
    }).pipe(Effect.provide(layerWith({ landing: true }), { local: true }))
  )

  it.effect("is nothing where it is not asked for", () =>
    Effect.map(call("GET", "/"), ({ status }) => assert.strictEqual(status, 404)).pipe(inApi)
  )
})
