import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import type { IncomingMessage } from "node:http"
import { createServer } from "node:tls"
import { inspect } from "node:util"
import * as PluginModules from "../../apps/server/src/providers/PluginModules.ts"
import { deployed, sample } from "../oauth/Sample.ts"
import { exchange, overHttp, refresh, registered, revoke, secret, shown } from "../oauth/OAuthFixture.ts"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { listen } from "../simulators/SimulatorListener.ts"
import { answers, hosts } from "./AddressForms.ts"
import { outward } from "./ErrorEchoes.ts"
import { hostile } from "./HostileAnswers.ts"
import { type Loot, polluting, smuggled } from "./HostilePlugin.ts"
import { client, listener, outcome, resolver } from "./Outward.ts"

const megabyte = 1024 * 1024

const start = Effect.gen(function* () {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n" }
  return { server, provider: registered({ issuer: server.issuer }) }
})

describe("D. providers and plugins", () => {
  // As a server does before it imports the first plugin
  beforeAll(PluginModules.prepare)

  overHttp(
    `row 41: ${hostile.length} bodies that are huge, slow, compressed or deep are typed errors, and cost no memory`,
    () =>
      Effect.gen(function* () {
        const { provider, server } = yield* start
        yield* refresh(provider)
        const before = process.memoryUsage().rss
        for (const [what, answer] of hostile) {
          server.on("token", () => answer)
          for (const failure of [yield* Effect.flip(refresh(provider)), yield* Effect.flip(exchange(provider))]) {
            assert.include(["ProviderUnavailable", "TokenAnswerUnusable"], failure._tag, what)
          }
        }
        assert.isBelow(process.memoryUsage().rss - before, 50 * megabyte)
      }),
    "200 millis"
  )

  overHttp("row 42: a redirect is followed from no endpoint, whatever its status", () =>
    Effect.gen(function* () {
      const elsewhere = yield* listener()
      const { provider, server } = yield* start
      yield* refresh(provider)
      const location = `http://127.0.0.1:${elsewhere.port}/token`
      for (const status of [300, 301, 302, 303, 305, 307, 308]) {
        for (const endpoint of ["token", "revoke", "userinfo", "keys", "discovery", "introspect"] as const) {
          const another = yield* start
          another.server.on(endpoint, () => reply(status, "", { location, refresh: `0;url=${location}` }))
          yield* Effect.exit(exchange(another.provider))
          yield* Effect.exit(refresh(another.provider))
          yield* Effect.exit(revoke(another.provider))
        }
        server.on("token", () => reply(status, "", { location }))
        assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "ProviderMisconfigured redirect")
      }
      assert.strictEqual(elsewhere.reached(), 0)
    })
  )

  overHttp("row 43: NUL and halves of surrogate pairs come out of no answer", () =>
    Effect.gen(function* () {
      const dirt = "\u0000\ud800x\udfff\u0000"
      const { server } = yield* start
      const provider = deployed(
        sample(server.issuer, { identity: { kind: "userinfo", id: "sub", email: "email", name: "name" } })
      )
      server.on("token", () =>
        json({ access_token: "a", refresh_token: "r", token_type: "bearer", scope: `notes ${dirt}`, [dirt]: dirt })
      )
      server.on("userinfo", () => json({ sub: "108", email: `a${dirt}@b`, name: `Ada ${dirt}`, [dirt]: [dirt] }))
      const answer = yield* exchange(provider)
      const kept = JSON.stringify({ account: answer.account, scopes: Option.getOrThrow(answer.scopes) })
      assert.notMatch(kept, /\\u0000|\\ud[89a-f]/i)
      assert.strictEqual(answer.account.name, "Ada x")
      server.on("userinfo", () => json({ sub: `108${dirt}` }))
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
      server.on("token", () => json({ error: `invalid_grant${dirt}`, error_description: dirt }, 400))
      const failure = yield* Effect.flip(refresh(provider))
      assert.notMatch(JSON.stringify(failure), /\\u0000|\\ud[89a-f]/i)
    })
  )

  overHttp("row 44: a token with a control character, or longer than 16 KiB, is refused", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      const characters = [...Array(32).keys(), 127, 128, 0xe9, 0x2028].map((code) => String.fromCodePoint(code))
      const bad = [...characters.map((character) => `to${character}ken`), "a\r\nSet-Cookie: b=c", "a".repeat(16_385)]
      for (const token of bad) {
        server.on("token", () => json({ access_token: token, refresh_token: "new", token_type: "bearer" }))
        const atExchange = yield* Effect.flip(exchange(provider))
        assert.strictEqual(
          shown(atExchange),
          "ProviderUnavailable unusable_response",
          JSON.stringify(token.slice(0, 20))
        )
        assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "TokenAnswerUnusable")
        server.on("token", () => json({ access_token: "new", refresh_token: token, token_type: "bearer" }))
        assert.isTrue(Option.isNone((yield* refresh(provider)).refreshToken))
      }
    })
  )

  overHttp("row 45: a silly field after a rotation never costs the new refresh token", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      const silly = [-1, 0, 1e308, 0.5, "3600", "soon", "", null, [], {}, true, "\u0000"]
      const fields = [
        ...silly.flatMap((value) =>
          ["expires_in", "refresh_token_expires_in", "scope", "id_token"].map((name) => ({ [name]: value }))
        ),
        { token_type: undefined },
        { token_type: null },
        { token_type: "" }
      ]
      for (const field of fields) {
        const body = { access_token: "new-access", refresh_token: "new-refresh", token_type: "bearer", ...field }
        server.on("token", () => json(body))
        const kept: Array<string> = []
        const answer = yield* refresh(provider, (raw) => Effect.sync(() => void kept.push(Redacted.value(raw))))
        assert.deepStrictEqual(Option.map(answer.refreshToken, Redacted.value), Option.some("new-refresh"))
        assert.deepStrictEqual(kept, [JSON.stringify(body)])
      }
    })
  )

  it.live(`row 46: ${hosts.length} ways to write a forbidden host reach no socket, over TLS or without`, () =>
    Effect.gen(function* () {
      assert.isAtLeast(hosts.length, 200)
      const { port, reached } = yield* listener()
      for (const host of hosts) {
        for (const scheme of ["https", "http"]) {
          const met = yield* outcome(`${scheme}://${host}:${port}/token`)
          assert.include(["EGRESS_REFUSED", "InvalidUrlError", "ERR_INVALID_URL"], met, `${scheme}://${host}`)
        }
      }
      assert.strictEqual(reached(), 0)
    }).pipe(Effect.provide(client(), { local: true }))
  )

  it.live(`row 46: a name is refused where the resolver gives one of ${answers.length} forbidden addresses`, () =>
    Effect.gen(function* () {
      const { port, reached } = yield* listener()
      for (const address of answers) {
        for (const given of [[address], ["8.8.8.8", address], [address, "2606:4700::1111"]]) {
          const { asked, resolve } = resolver(given)
          const met = yield* Effect.provide(outcome(`https://idp.example:${port}/token`), client({ resolve }), {
            local: true
          })
          assert.strictEqual(met, "EGRESS_REFUSED", given.join())
          assert.deepStrictEqual(asked, ["idp.example"])
        }
      }
      assert.strictEqual(reached(), 0)
    })
  )

  it.live("row 46: a name that is bound anew is connected to what was looked at, and then refused", () =>
    Effect.gen(function* () {
      const seen: Array<string | undefined> = []
      const port = yield* listen((request: IncomingMessage, response) => {
        seen.push(request.headers.host)
        response.writeHead(200, { connection: seen.length === 2 ? "close" : "keep-alive" }).end("{}")
      })
      const { asked, resolve } = resolver(["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"])
      const ask = Effect.delay(outcome(`http://localhost:${port}/token`), "20 millis")
      const met = Effect.all([ask, ask, ask, ask])
      assert.deepStrictEqual(yield* Effect.provide(met, client({ loopback: true, resolve }), { local: true }), [
        "200",
        "200",
        "EGRESS_REFUSED",
        "EGRESS_REFUSED"
      ])
      assert.deepStrictEqual(seen, [`localhost:${port}`, `localhost:${port}`])
      assert.strictEqual(asked.length, 3)
    })
  )

  it.live("row 46: the connection to a looked-up address names the host to TLS, and is not trusted unverified", () =>
    Effect.gen(function* () {
      const names: Array<string> = []
      const tls = createServer({ SNICallback: (name, done) => (names.push(name), done(null)) })
      const { port } = yield* listener((socket) => void tls.emit("connection", socket))
      const { resolve } = resolver(["127.0.0.1"])
      const met = yield* Effect.provide(
        outcome(`https://idp.example:${port}/token`),
        client({ loopback: true, resolve }),
        { local: true }
      )
      assert.notInclude(["200", "EGRESS_REFUSED"], met)
      assert.deepStrictEqual([...new Set(names)], ["idp.example"])
    })
  )

  it.live("row 46: no proxy is taken from the environment; one that is configured is asked for names alone", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const proxy = yield* listener((socket) => {
        socket.once("data", (data) => {
          lines.push(data.toString().split("\r\n")[0] ?? "")
          socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")
        })
      })
      const proxyUrl = `http://127.0.0.1:${proxy.port}`
      const variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"]
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          for (const name of variables) process.env[name] = proxyUrl
        }),
        () =>
          Effect.sync(() => {
            for (const name of variables) delete process.env[name]
          })
      )
      const { resolve } = resolver(["10.0.0.1"])
      const ask = (url: string, options: Parameters<typeof client>[0]) =>
        Effect.provide(outcome(url), client(options), { local: true })
      assert.strictEqual(yield* ask("https://idp.example/token", { resolve }), "EGRESS_REFUSED")
      assert.strictEqual(proxy.reached(), 0)
      const proxied = { resolve, proxyUrl: Redacted.make(proxyUrl) }
      assert.notStrictEqual(yield* ask("https://idp.example/token", proxied), "EGRESS_REFUSED")
      assert.deepStrictEqual([...new Set(lines)], ["CONNECT idp.example:443 HTTP/1.1"])
      for (const host of ["10.0.0.1", "169.254.169.254", "[::1]", "localhost", "a.localhost"]) {
        assert.strictEqual(yield* ask(`https://${host}/token`, proxied), "EGRESS_REFUSED", host)
      }
    })
  )

  overHttp("row 46: a provider's requests go to the origins of its own endpoints and nowhere else", () =>
    Effect.gen(function* () {
      const { server } = yield* start
      const elsewhere = yield* listener()
      const provider = deployed(sample(server.issuer, { identity: { kind: "api", path: "/me", id: "id" } }))
      assert.strictEqual((yield* exchange(provider)).account.id, "7")
      const astray = {
        ...provider,
        definition: {
          ...provider.definition,
          identity: { kind: "api" as const, path: `@127.0.0.1:${elsewhere.port}/me`, id: "id" }
        }
      }
      assert.strictEqual(shown(yield* Effect.flip(exchange(astray))), "IdentityUnavailable")
      assert.strictEqual(elsewhere.reached(), 0)
    })
  )

  overHttp("row 47: a plugin's hooks are handed copies of plain data, no handle and no client secret", () =>
    Effect.gen(function* () {
      const { server } = yield* start
      const loot: Loot = { handed: [], polluted: [] }
      const provider = deployed(sample(server.issuer, { hooks: polluting(loot) }), {
        credentials: { clientId: "client", clientSecret: secret("canary-client-secret") }
      })
      yield* exchange(provider)
      yield* refresh(provider)
      server.on("token", () => json({ error: "invalid_grant" }, 400))
      yield* Effect.flip(refresh(provider))
      assert.isAtLeast(loot.handed.length, 4)
      for (const handed of loot.handed) {
        assert.deepStrictEqual(structuredClone(handed), handed)
        assert.notMatch(JSON.stringify(handed), /canary-client-secret|"the-code"|vvvvv/)
      }
    })
  )

  overHttp("row 47: neither promises, functions nor traps come back from a hook as an answer", () =>
    Effect.gen(function* () {
      const { server } = yield* start
      for (const [what, answer] of smuggled) {
        const provider = deployed(sample(server.issuer, { hooks: { tokenResponse: answer as () => never } }))
        const failure = yield* Effect.flip(refresh(provider))
        assert.strictEqual(shown(failure), "TokenAnswerUnusable", what)
        assert.notInclude(JSON.stringify(failure) + (failure.stack ?? ""), "canary", what)
      }
    })
  )

  overHttp("row 47: once plugins may be loaded, nothing can be added to the objects that all share", () =>
    Effect.gen(function* () {
      const { server } = yield* start
      const loot: Loot = { handed: [], polluted: [] }
      yield* exchange(deployed(sample(server.issuer, { hooks: polluting(loot) })))
      assert.isAtLeast(loot.handed.length, 2)
      assert.deepStrictEqual(loot.polluted, [])
      assert.notProperty({}, "isAdmin")
    })
  )

  overHttp(
    "row 49: the client secret goes to the token, revocation and introspection endpoints alone, form-encoded",
    () =>
      Effect.gen(function* () {
        const { server } = yield* start
        const api = yield* FaultyAuthorizationServer.start
        server.claims = { nonce: "n", aud: "client:1" }
        const odd = "s3cret+&%=/: ü"
        const provider = deployed(
          sample(server.issuer, {
            location: {
              kind: "endpoints",
              issuer: server.issuer,
              endpoints: {
                authorization: `${server.issuer}/auth`,
                token: `${server.issuer}/token`,
                revocation: `${server.issuer}/revoke`,
                introspection: `${server.issuer}/introspect`,
                userinfo: `${api.issuer}/userinfo`,
                jwks: `${server.issuer}/jwks`
              }
            },
            api: { baseUrl: `${api.issuer}/api` },
            identity: { kind: "api", path: "/me", id: "id" }
          }),
          { credentials: { clientId: "client:1", clientSecret: secret(odd) } }
        )
        yield* exchange(provider)
        yield* refresh(provider)
        yield* revoke(provider)
        const encoded = "client%3A1:s3cret%2B%26%25%3D%2F%3A+%C3%BC"
        const withSecret = new Set<string>()
        for (const { body, endpoint, headers, url } of [...server.received, ...api.received]) {
          const bytes = [url, body, ...Object.entries(headers).flat()].join("\n")
          const decoded = Buffer.from(String(headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString()
          if (decoded === encoded) withSecret.add(endpoint)
          assert.notInclude(bytes, odd)
          assert.notInclude(bytes + (decoded === encoded ? "" : decoded), "s3cret", endpoint)
        }
        assert.deepStrictEqual([...withSecret].toSorted(), ["revoke", "token"])
        assert.deepStrictEqual(new Set(api.received.map(({ endpoint }) => endpoint)), new Set(["api"]))
      })
  )

  it.live(
    "row 50: what a provider echoes in its errors is in no answer of the API, no log, no span and no audit event",
    () =>
      Effect.gen(function* () {
        const { server } = yield* start
        const { answers, events, logs, spans } = yield* outward(server)
        assert.isAtLeast(answers.length, 70)
        for (const kind of [events, logs, spans]) assert.isAbove(kind.length, 10)
        const seen = inspect(
          { answers, events, logs, spans },
          { depth: 12, maxArrayLength: null, maxStringLength: null }
        )
        assert.include(seen, "provider_unavailable")
        assert.notMatch(seen, /canary-(access|refresh|secret)|canary-code canary/)
      })
  )
})
