import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { exchange, layer } from "./SocketServer.ts"
import { adasToken } from "./TestCallers.ts"

const onSocket = Effect.provide(layer, { local: true })

const request = (line: string, headers: ReadonlyArray<string> = [], body = ""): string =>
  [`${line} HTTP/1.1`, "Host: x", "Connection: close", ...headers, "", body].join("\r\n")

const asAda = `Authorization: Bearer ${adasToken}`
const json = "Content-Type: application/json"

const parsed = (received: string) => {
  const [head = "", ...rest] = received.split("\r\n\r\n")
  return { status: Number(head.split(" ")[1]), head, body: rest.join("\r\n\r\n") }
}

const answerTo = (bytes: string) => Effect.map(exchange(bytes), parsed)

describe("a body", () => {
  const path = "POST /v1/users/me/authorizations"

  it.live("of more than 64 KiB is refused by its announced length", () =>
    Effect.gen(function* () {
      const { status, body } = yield* answerTo(
        request(path, [asAda, json, "Content-Length: 65537"], "x".repeat(65_537))
      )
      assert.strictEqual(status, 413)
      assert.strictEqual(JSON.parse(body).code, "payload_too_large")
    }).pipe(onSocket)
  )

  it.live("of more than 64 KiB is refused when it comes in pieces of unknown number", () =>
    Effect.gen(function* () {
      const chunk = `8000\r\n${"x".repeat(0x8000)}\r\n`
      const sent = request(path, [asAda, json, "Transfer-Encoding: chunked"], `${chunk.repeat(3)}0\r\n\r\n`)
      const { status, body } = yield* answerTo(sent)
      assert.strictEqual(status, 413)
      assert.strictEqual(JSON.parse(body).code, "payload_too_large")
    }).pipe(onSocket)
  )

  it.live("of exactly 64 KiB is read", () =>
    Effect.gen(function* () {
      const body = `"${"x".repeat(65_534)}"`
      const { status } = yield* answerTo(request(path, [asAda, json, "Content-Length: 65536"], body))
      assert.strictEqual(status, 400)
    }).pipe(onSocket)
  )

  it.live("is not read before it is known who sends it", () =>
    Effect.gen(function* () {
      const { status } = yield* answerTo(request(path, [json, "Content-Length: 1000000"]))
      assert.strictEqual(status, 401)
    }).pipe(onSocket)
  )
})

describe("HEAD", () => {
  it.live.each([
    ["/health/live", 200],
    ["/v1/nowhere", 401],
    ["/nowhere", 404],
    ["/v1/callback/sandbox?state=x", 405]
  ] as const)("%s has no body", ([path, expected]) =>
    Effect.gen(function* () {
      const { status, head, body } = yield* answerTo(request(`HEAD ${path}`))
      assert.strictEqual(status, expected)
      assert.strictEqual(body, "")
      assert.match(head, /content-type: application\/(problem\+)?json/)
    }).pipe(onSocket)
  )
})

describe("a path in another spelling", () => {
  it.live("is guarded all the same", () =>
    Effect.gen(function* () {
      for (const path of ["/%76%31/users/me/integrations", "/v1/%75sers/me/integrations", "http://x/v1/providers"]) {
        const { status } = yield* answerTo(request(`GET ${path}`))
        assert.strictEqual(status, 401, path)
      }
    }).pipe(onSocket)
  )

  it.live("that is no UTF-8 is told so", () =>
    Effect.gen(function* () {
      const { status, body } = yield* answerTo(request("GET /health/%ff"))
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(JSON.parse(body).errors, [{ path: "path", message: "must be percent-encoded UTF-8" }])
    }).pipe(onSocket)
  )

  it.live("names users of 255 characters, however they are encoded", () =>
    Effect.gen(function* () {
      const path = (user: string) => `GET /v1/users/${user}/integrations`
      assert.strictEqual((yield* answerTo(request(path("%C3%A9".repeat(255)), [asAda]))).status, 404)
      assert.strictEqual((yield* answerTo(request(path("a".repeat(256)), [asAda]))).status, 400)
    }).pipe(onSocket)
  )
})
