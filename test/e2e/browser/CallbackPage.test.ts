import { afterAll, assert, beforeAll, layer } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServer } from "effect/http"
import { effort } from "../../chaos/Effort.ts"
import { layer as SocketServer } from "../../http/SocketServer.ts"
import { openProfile, type Profile } from "./Chromium.ts"
import { payloads } from "./Payloads.ts"

let browser: Profile

beforeAll(async () => {
  browser = await openProfile()
})

afterAll(() => browser?.close())

const callbackAddress = HttpServer.HttpServer.use(({ address }) =>
  Effect.succeed(`http://localhost:${"port" in address ? address.port : 0}/v1/callback`)
)

/** Where of a callback the payload is, and in what class of refusal it ends. */
const places: ReadonlyArray<readonly [refusal: string, urlOf: (payload: string) => string]> = [
  ["unknown_state", (payload) => `/sandbox?state=unknown&error=access_denied&error_description=${payload}`],
  ["unknown_state", (payload) => `/sandbox?state=${payload}&code=abc`],
  ["unknown_state", (payload) => `/sandbox?error=${payload}&iss=${payload}&error_uri=${payload}`],
  ["unknown_state", (payload) => `/${payload}?state=unknown`],
  ["invalid_request", (payload) => `/sandbox?code=${payload}&code=${payload}`]
]

layer(SocketServer, { excludeTestServices: true })("the callback's page in a browser", (it) => {
  const tried = effort(25, 500)

  it.effect(
    `row 15: runs none of ${tried} scripts that come with a callback, and shows one body a class`,
    () =>
      Effect.gen(function* () {
        const address = yield* callbackAddress
        const { tab } = browser
        const all = payloads(tried)
        assert.lengthOf(all, tried)
        yield* Effect.promise(async () => {
          const dialogs: Array<string> = []
          const requested: Array<string> = []
          tab.on("dialog", (dialog) => {
            dialogs.push(dialog.message())
            void dialog.dismiss()
          })
          tab.on("request", (request) => requested.push(request.url()))
          const bodies = new Map<string, Set<string>>()
          for (const [index, payload] of all.entries()) {
            const [refusal = "", urlOf = String] = places[index % places.length] ?? []
            const answer = await tab.goto(`${address}${urlOf(encodeURIComponent(payload))}`)
            assert.strictEqual(answer?.status(), 400, payload)
            assert.isFalse(await tab.evaluate("Boolean(globalThis.ran)"), payload)
            bodies.set(refusal, (bodies.get(refusal) ?? new Set()).add(await tab.content()))
          }
          assert.deepStrictEqual(dialogs, [])
          assert.deepStrictEqual(
            requested.filter((url) => !url.startsWith(address) && !url.endsWith("/favicon.ico")),
            []
          )
          assert.deepStrictEqual(
            [...bodies].map(([refusal, seen]) => [refusal, seen.size]),
            [
              ["unknown_state", 1],
              ["invalid_request", 1]
            ]
          )
        })
      }),
    120_000
  )

  it.effect("row 15: its policy lets no script run that were there", () =>
    Effect.gen(function* () {
      const address = yield* callbackAddress
      const { tab } = browser
      const ran = yield* Effect.promise(async () => {
        await tab.goto(`${address}/sandbox?state=unknown`)
        // As an injection would, beneath the page's own policy
        await tab.evaluate(`document.body.innerHTML = '<img src="x" onerror="globalThis.ran = true">'`)
        await tab.evaluate(
          `document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" }))`
        )
        await tab.waitForTimeout(100)
        return await tab.evaluate("Boolean(globalThis.ran)")
      })
      assert.isFalse(ran)
    })
  )
})
