import { assert, describe, it } from "@effect/vitest"
import { problemCatalogue, type ProblemCode } from "@oauth-manager/http/api"
import { Effect, Logger } from "effect"
import { ada, anAnswer, connect, start } from "../application/Journey.ts"
import { effort } from "../chaos/Effort.ts"
import { aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { heapInUse } from "./Heap.ts"
import { type FuzzedRequest, malformed } from "./MalformedRequests.ts"
import { operations } from "./OpenApiDocument.ts"
import { seeded } from "./Randomness.ts"
import { exchange, layer as SocketServer } from "./SocketServer.ts"
import { type Answer, call, inApi } from "./TestApi.ts"

const seed = Number(process.env["HTTP_FUZZ_SEED"] ?? Date.now() % 1_000_000)
const requests = Number(process.env["HTTP_FUZZ_REQUESTS"] ?? effort(5_000, 100_000))

/** Each round has an application of its own, since the store in memory keeps what it is told. */
const round = 1_000

/** How much more may be in use after the last round than after the second. */
const mostGrowth = 24 * 1024 * 1024

const willingProvider = Effect.gen(function* () {
  const { exchange, refresh, revoke } = yield* ScriptedOAuthClient
  yield* exchange.always(() => Effect.succeed(anAnswer()))
  yield* refresh.always(() => Effect.succeed(aTokenAnswer()))
  yield* revoke.always(() => Effect.succeed("revoked"))
})

const assertProblem = (answer: Answer, { method, path }: FuzzedRequest, index: number) => {
  const name = `seed ${seed}, request ${index}: ${method} ${path.slice(0, 200)}`
  assert.isBelow(answer.status, 500, name)
  if (answer.status < 400) return
  const type = answer.headers.get("content-type")
  if (type === "text/html; charset=utf-8") {
    assert.include(path, "/v1/callback/", name)
  } else {
    assert.strictEqual(type, "application/problem+json", name)
    if (method === "HEAD") return assert.strictEqual(answer.text, "", name)
    const code: ProblemCode = answer.body.code
    assert.strictEqual(problemCatalogue[code].status, answer.status, name)
    assert.strictEqual(answer.body.request_id, answer.headers.get("x-request-id"), name)
  }
}

describe(`malformed requests (HTTP_FUZZ_SEED=${seed})`, () => {
  it.effect(
    `meet a problem document, and never a fault, and leave no memory in use: ${requests} of them`,
    () =>
      Effect.gen(function* () {
        console.log(`fuzzing with HTTP_FUZZ_SEED=${seed}`)
        const random = seeded(seed)
        const seen = new Map<number, number>()
        const fuzz = Effect.fnUntraced(function* (from: number, to: number) {
          yield* willingProvider
          const { id } = yield* connect()
          const { authorization } = yield* start()
          const known = { user: ada.user, integration: id, authorization: authorization.id, provider: "sandbox" }
          for (let index = from; index < to; index++) {
            const request = malformed(random, operations, known)
            const answer = yield* call(request.method, request.path, request.call)
            assertProblem(answer, request, index)
            seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
          }
        })
        let before = 0
        for (let from = 0; from < requests; from += round) {
          if (from <= 2 * round) before = yield* heapInUse
          yield* inApi(fuzz(from, Math.min(from + round, requests)))
        }
        const growth = (yield* heapInUse) - before
        console.log(`statuses met: ${JSON.stringify(Object.fromEntries(seen))}; the heap grew by ${growth >> 10} KiB`)
        assert.isBelow(growth, mostGrowth)
        for (const status of [200, 400, 401, 404, 405, 415]) {
          assert.isAbove(seen.get(status) ?? 0, 0, `no request met ${status}, seed ${seed}`)
        }
        // The console of tests keeps every line of a log
      }).pipe(Effect.provide(Logger.layer([]))),
    600_000
  )
})

/** Paths that no client library would send. */
const rawPaths = [
  "/v1/\u0000",
  "/v1/users/%ff/integrations",
  "/v1/users/me/integrations?a=%",
  "/v1/users/me/integrations?limit=\\",
  "/v1/users/{user}/integrations",
  "/v1/users/me/integrations#x",
  "/v1//users/me/integrations",
  "/v1/./users/me/integrations",
  "/v1/x/../users/me/integrations",
  "\\v1\\providers",
  "http://evil.test/v1/providers",
  "http:///v1/providers",
  "//evil.test/v1/providers",
  "evil.test:443",
  "*",
  "?",
  "/v1/providers/" + "%41".repeat(2000),
  "/" + "a".repeat(12_000)
]

describe("requests that only a socket can send", () => {
  it.live.each(rawPaths)("meet a refusal: %#", (path) =>
    Effect.gen(function* () {
      for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
        const received = yield* exchange(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
        const [head = "", body = ""] = received.split("\r\n\r\n")
        assert.match(head, /^HTTP\/1\.1 4\d\d /)
        if (body !== "") assert.match(head, /content-type: application\/problem\+json/)
      }
    }).pipe(Effect.provide(SocketServer, { local: true }))
  )
})
