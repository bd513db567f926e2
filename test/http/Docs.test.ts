import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { call, inApi } from "./TestApi.ts"

const loads =
  /(?:\bsrc\s*=\s*|\bhref\s*=\s*|\burl\(\s*|@import\s+|\bimport\(\s*|<base\b[^>]*)["'`]?(?:https?:)?\/\/[a-z0-9.-]+/gi

const withoutScripts = (html: string): string => html.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, "")

describe("/docs", () => {
  it.effect("is one page that names no other host to load anything from", () =>
    Effect.gen(function* () {
      const { status, headers, text } = yield* call("GET", "/docs")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8")
      assert.include(text, "swagger-ui")
      assert.deepStrictEqual(withoutScripts(text).match(loads) ?? [], [])
      assert.notMatch(text, /<script[^>]+src=|<link[^>]+href=|fonts\.googleapis|cdn\.jsdelivr|unpkg\.com/)
    }).pipe(inApi)
  )

  it.effect("may by its policy run its own script and call its own origin, and nothing else", () =>
    Effect.gen(function* () {
      const { headers, text } = yield* call("GET", "/docs")
      const policy = headers.get("content-security-policy") ?? ""
      const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script)
      assert.lengthOf(scripts, 1)
      const hash = createHash("sha256")
        .update(scripts[0] ?? "")
        .digest("base64")
      assert.include(policy, `script-src 'sha256-${hash}';`)
      assert.include(policy, "default-src 'none'")
      assert.include(policy, "connect-src 'self'")
      assert.include(policy, "img-src 'self' data:")
      assert.notMatch(policy, /https?:|\*|unsafe-eval|script-src[^;]*unsafe/)
    }).pipe(inApi)
  )

  it.effect.each([
    ["gzip", true],
    ["br, gzip;q=0.5", true],
    ["gzip;q=0", false],
    ["br", false],
    ["", false]
  ] as const)("comes compressed to who accepts %j: %s", ([accepted, compressed]) =>
    Effect.gen(function* () {
      const { headers } = yield* call("GET", "/docs", { headers: { "accept-encoding": accepted } })
      assert.strictEqual(headers.get("content-encoding"), compressed ? "gzip" : null)
      assert.strictEqual(headers.get("vary"), "Accept-Encoding")
      assert.isTrue(Number(headers.get("content-length")) < 1_000_000 === compressed)
    }).pipe(inApi)
  )
})
