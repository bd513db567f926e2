import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { type Cookies, FetchHttpClient, HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { consent } from "../../apps/server/src/sandbox/SandboxBrowser.ts"
import { beginAuthorization, startSandbox } from "./SandboxClient.ts"

const visit = Effect.fnUntraced(
  function* (parameters: Readonly<Record<string, string>>) {
    const { issuer } = yield* startSandbox()
    const { url } = yield* beginAuthorization(issuer, parameters)
    const cookies = yield* Ref.make<ReadonlyArray<Cookies.Cookie>>([])
    const page = yield* consent(url, { cookies, stopBefore: (target) => target.pathname.startsWith("/interaction/") })
    const stranger = yield* HttpClient.HttpClient
    const browser = HttpClient.withCookiesRef(stranger, cookies)
    const read = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
      return {
        status: response.status,
        headers: response.headers,
        text: (yield* response.text).replaceAll(/\s+/g, " ")
      }
    })
    return {
      open: Effect.flatMap(browser.get(page), read),
      submit: (form: ReadonlyArray<readonly [string, string]>) =>
        HttpClientRequest.post(page).pipe(HttpClientRequest.bodyUrlParams(form), browser.execute, Effect.flatMap(read)),
      follow: (location: string | undefined) => Effect.flatMap(browser.get(location ?? ""), read),
      openAsStranger: Effect.flatMap(stranger.get(page), read)
    }
  },
  Effect.provide(FetchHttpClient.layer),
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
)

describe("the consent page", () => {
  it.effect("says what is asked, lets scopes be unticked and loads nothing from elsewhere", () =>
    Effect.gen(function* () {
      const page = yield* (yield* visit({})).open
      assert.strictEqual(page.status, 200)
      assert.include(page.text, "OAuth Manager asks for access")
      assert.include(page.text, 'name="account" value="ada"')
      assert.include(page.text, 'name="scope" value="sandbox.notes.read" checked />')
      assert.include(page.text, 'name="scope" value="openid" checked disabled />')
      assert.notMatch(page.text, /<script|<link|src=|url\(|@import/)
      assert.include(page.headers["content-security-policy"], "default-src 'none'")
      assert.notInclude(page.headers["content-security-policy"], "form-action")
      assert.strictEqual(page.headers["cache-control"], "no-store")
    })
  )

  it.effect("escapes a hostile login hint, and an account name sent back", () =>
    Effect.gen(function* () {
      const hostile = `"><script>alert('x')</script>&`
      const escaped = 'value="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"'
      const visited = yield* visit({ login_hint: hostile })
      const page = yield* visited.open
      assert.include(page.text, escaped)
      assert.notInclude(page.text, "<script")
      const again = yield* visited.submit([
        ["account", hostile],
        ["decision", "allow"]
      ])
      assert.strictEqual(again.status, 400)
      assert.include(again.text, escaped)
      assert.notInclude(again.text, "<script")
    })
  )

  it.effect("asks again for a decision or an account name that is missing", () =>
    Effect.gen(function* () {
      const visited = yield* visit({})
      const undecided = yield* visited.submit([["account", "ada"]])
      assert.deepStrictEqual([undecided.status, undecided.text.includes("Choose Allow or Deny.")], [400, true])
      for (const account of ["", "Ada", "a b", "a".repeat(65)]) {
        const answer = yield* visited.submit([
          ["account", account],
          ["decision", "allow"]
        ])
        assert.deepStrictEqual([answer.status, answer.text.includes("1 to 64 characters")], [400, true])
      }
      assert.strictEqual(
        (yield* visited.submit([
          ["account", "ada"],
          ["decision", "allow"]
        ])).status,
        303
      )
    })
  )

  it.effect("belongs to the browser that began, and is answered once", () =>
    Effect.gen(function* () {
      const visited = yield* visit({})
      const stranger = yield* visited.openAsStranger
      assert.deepStrictEqual([stranger.status, stranger.text.includes("has expired")], [400, true])
      const answered = yield* visited.submit([
        ["account", "ada"],
        ["decision", "allow"]
      ])
      assert.strictEqual((yield* visited.follow(answered.headers["location"])).status, 303)
      const again = yield* visited.submit([
        ["account", "bob"],
        ["decision", "allow"]
      ])
      assert.deepStrictEqual([again.status, again.text.includes("already answered")], [400, true])
    })
  )

  it.effect("refuses a form too large to be its own", () =>
    Effect.gen(function* () {
      const visited = yield* visit({})
      const answer = yield* visited.submit([
        ["account", "a".repeat(20_000)],
        ["decision", "allow"]
      ])
      assert.strictEqual(answer.status, 400)
    })
  )
})
