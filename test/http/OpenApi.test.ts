import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { document, operations } from "./OpenApiDocument.ts"
import { assertSnapshot, formatJson } from "./Snapshot.ts"
import { call, inApi } from "./TestApi.ts"

describe("/openapi.json", () => {
  it.effect("is the document of the snapshot, so that a change of the contract is seen", () =>
    Effect.gen(function* () {
      const { status, headers, body } = yield* call("GET", "/openapi.json")
      assert.strictEqual(status, 200)
      assert.include(headers.get("content-type"), "application/json")
      assert.deepStrictEqual(body, JSON.parse(JSON.stringify(document)))
      const name = "openapi.snapshot.json"
      yield* assertSnapshot(name, formatJson(name, body))
    }).pipe(inApi)
  )

  it("is OpenAPI 3.1 and says of every guarded operation that it needs a token", () => {
    assert.strictEqual(document.openapi, "3.1.0")
    for (const { path, guarded, problems } of operations) {
      const isPublic = path.startsWith("/health/") || path.startsWith("/v1/callback/")
      assert.strictEqual(guarded, !isPublic, path)
      assert.strictEqual(problems.includes("401 authentication_required"), guarded, path)
    }
  })
})
