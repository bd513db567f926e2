import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ada, bob, namesake } from "../application/Journey.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { activate, activated, admin, allow, deactivate, features, get, inProduct } from "./Product.ts"
import { anonymous, call } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const idsOf = (body: { readonly data: ReadonlyArray<{ readonly id: string }> }) => body.data.map(({ id }) => id)

const all = [
  "agenda",
  "briefing",
  "diary",
  "notebook",
  "sandbox.calendar.read",
  "sandbox.calendar.write",
  "sandbox.notes.read",
  "sandbox.notes.write",
  "telegram"
]

describe("GET /v1/users/{user}/features", () => {
  it.effect("lists all by id, in pages, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      const { body, headers, status } = yield* call("GET", features, { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(idsOf(body), all)
      assert.isNull(body.next_cursor)
      const first = yield* call("GET", `${features}?limit=4`, { bearer: adasToken })
      const second = yield* call("GET", `${features}?limit=4&cursor=${first.body.next_cursor}`, { bearer: adasToken })
      const third = yield* call("GET", `${features}?limit=4&cursor=${second.body.next_cursor}`, { bearer: adasToken })
      assert.deepStrictEqual(
        [first, second, third].map((page) => idsOf(page.body)),
        [all.slice(0, 4), all.slice(4, 8), all.slice(8)]
      )
      assert.isNull(third.body.next_cursor)
      assert.isNull((yield* call("GET", `${features}?limit=9`, { bearer: adasToken })).body.next_cursor)
    }).pipe(inProduct)
  )

  it.effect.each(["limit=0", "limit=101", "cursor=x", "cursor=Tm8h"])("refuses ?%s", (query) =>
    Effect.gen(function* () {
      const { body, status } = yield* call("GET", `${features}?${query}`, { bearer: adasToken })
      assert.deepStrictEqual([status, body.code], [400, "invalid_request"])
    }).pipe(inProduct)
  )
})

describe("GET /v1/users/{user}/features/{feature}", () => {
  it.effect("shows how it stands, the ways to serve it, and what to do next", () =>
    Effect.gen(function* () {
      const { body, status } = yield* get("notebook")
      const missing = ["sandbox.notes.read"]
      const alternative = (provider: string) => ({
        state: "needs_connection",
        parts: [{ provider, state: "needs_connection", missing_scopes: missing }]
      })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        id: "notebook",
        title: "The notebook",
        purpose: "For the notebook",
        state: "needs_connection",
        missing_scopes: missing,
        blocked_by: [],
        next: { action: "activate", providers: ["sandbox", "mirror"] },
        alternatives: [alternative("sandbox"), alternative("mirror")]
      })
    }).pipe(inProduct)
  )

  it.effect("names what it waits for, and who can help", () =>
    Effect.gen(function* () {
      assert.deepInclude((yield* get("agenda")).body, {
        blocked_by: ["diary"],
        missing_scopes: ["sandbox.calendar.read", "sandbox.notes.read"]
      })
      assert.deepInclude((yield* get("telegram")).body, {
        state: "unavailable",
        next: { action: "ask_operator", providers: [] }
      })
      yield* allow({ denied: ["sandbox.notes.read"] })
      assert.deepInclude((yield* get("diary")).body, {
        state: "not_allowed",
        next: { action: "ask_admin", providers: [] }
      })
    }).pipe(inProduct)
  )
})

describe("the routes of features", () => {
  const routes = [
    ["GET", "", undefined],
    ["GET", "/diary", undefined],
    ["POST", "/diary/activate", { return_to: returnTo }],
    ["POST", "/diary/deactivate", undefined]
  ] as const
  const send = (bearer: string | undefined, user: string, [method, path, body]: (typeof routes)[number]) =>
    call(method, `/v1/users/${user}/features${path}`, {
      ...(bearer === undefined ? {} : { bearer }),
      ...(body === undefined ? {} : { body })
    })

  for (const route of routes) {
    const [method, path] = route

    it.effect(`${method} …${path} is for the user, services and administrators, and for no auditor`, () =>
      Effect.gen(function* () {
        for (const bearer of [adasToken, servicesToken, admin]) {
          assert.isBelow((yield* send(bearer, ada.user, route)).status, 300)
        }
        const permission = method === "GET" ? "integrations:read" : "integrations:write"
        const refused = yield* send(tokenOf(ada.user, ["auditor"]), "me", route)
        assert.strictEqual(refused.status, 403)
        assert.deepInclude(refused.body, { code: "permission_required", permission })
        assert.strictEqual((yield* send(undefined, "me", route)).status, 401)
      }).pipe(inProduct)
    )
  }

  it.effect("tell nobody whether a feature is unknown, or the user another's or another tenant's", () =>
    Effect.gen(function* () {
      const foreign = tokenOf(namesake.user, ["service", "admin"], { tenant: namesake.tenant })
      const answers = [
        yield* get("nothing"),
        yield* activate("nothing"),
        yield* deactivate("nothing"),
        ...(yield* Effect.forEach(routes, (route) => send(tokenOf(bob.user), ada.user, route)))
      ]
      for (const answer of answers) {
        assert.strictEqual(answer.status, 404)
        assert.deepStrictEqual(anonymous(answer), anonymous(answers[0] ?? answer))
      }
      // The namesake's own tenant has users of that name, too, who have connected nothing
      yield* activated("diary")
      const others = yield* call("GET", `/v1/users/${ada.user}/features/diary`, { bearer: foreign })
      assert.strictEqual(others.body.state, "needs_connection")
    }).pipe(inProduct)
  )
})
