import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, flood, json, reply, reset, stall } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, registered, shown } from "./OAuthFixture.ts"

const connect = Effect.fnUntraced(function* (claims: Record<string, unknown>, answer: Answer) {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n", ...claims }
  server.on("userinfo", () => answer)
  const { account } = yield* exchange(registered({ issuer: server.issuer }))
  return { server, account: { email: account.email, name: account.name } }
})

const nameless = { name: undefined, email: undefined }
const known = { sub: "108", email: "ada@example.org", name: "Ada" }

const failing: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["refuses", json({ error: "invalid_token" }, 401, { "www-authenticate": 'Bearer error="invalid_token"' })],
  ["is down", reply(503)],
  ["is elsewhere", reply(302, "", { location: "/revoke" })],
  ["is no JSON", reply(200, "<html>")],
  [
    "is a signed JWT, whose signature nobody has checked",
    reply(200, "e30.e30.e30", { "content-type": "application/jwt" })
  ],
  ["names no subject", json({ email: "ada@example.org" })],
  ["is too much", flood],
  ["breaks off", reset],
  ["says names of no text", json({ sub: "108", email: 1, name: ["Ada"] })]
]

describe("the userinfo endpoint", () => {
  overHttp("is asked for what the ID token does not tell, with the access token", () =>
    Effect.gen(function* () {
      const { account, server } = yield* connect(nameless, json(known))
      assert.deepStrictEqual(account, { email: "ada@example.org", name: "Ada" })
      assert.strictEqual(server.last("userinfo").headers.authorization, "Bearer the-access-token")
      assert.strictEqual(server.count("userinfo"), 1)
    })
  )

  overHttp("adds to the ID token and changes nothing that it tells", () =>
    Effect.gen(function* () {
      const { account } = yield* connect({ name: undefined, email: "ada@id.test" }, json(known))
      assert.deepStrictEqual(account, { email: "ada@id.test", name: "Ada" })
    })
  )

  overHttp("is left alone where the ID token tells everything", () =>
    Effect.map(connect({}, json(known)), ({ server }) => assert.strictEqual(server.count("userinfo"), 0))
  )

  for (const [what, answer] of failing) {
    overHttp(`costs nothing when it ${what}`, () =>
      Effect.map(connect(nameless, answer), ({ account }) => assert.deepStrictEqual(account, nameless))
    )
  }

  overHttp(
    "is waited for only as long as a request may take",
    () => Effect.map(connect(nameless, stall()), ({ account }) => assert.deepStrictEqual(account, nameless)),
    "300 millis"
  )

  overHttp("that speaks of somebody else rejects the identity", () =>
    Effect.map(Effect.flip(connect(nameless, json({ ...known, sub: "109" }))), (failure) =>
      assert.strictEqual(shown(failure), "IdentityRejected")
    )
  )
})
