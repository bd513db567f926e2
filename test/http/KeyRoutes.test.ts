import { AdoptKeys, DataKeyRepository, KeyRepository } from "@oauth-manager/application"
import { UserId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { ada } from "../application/Journey.ts"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { aDataKey, aHash, aScope } from "../fakes/Samples.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const admin = tokenOf("root", ["admin"])

/** A server that holds the key `test`, in a deployment that has promoted it and added `later` since. */
const deployed = Effect.gen(function* () {
  yield* TestClock.adjust("1 hour")
  yield* AdoptKeys.use(({ adopt }) => adopt)
  const dataKeys = yield* DataKeyRepository
  const keys = yield* KeyRepository
  yield* keys.register("later", aHash())
  yield* dataKeys.insert(aScope(), aDataKey())
  yield* dataKeys.insert(aScope(), aDataKey({ keyId: "later" }))
})

const hour = "1970-01-01T01:00:00.000Z"

describe("GET /v1/keys", () => {
  it.effect("shows each key without its secret, and how far the rotation has come", () =>
    Effect.gen(function* () {
      yield* deployed
      const { body, headers, status } = yield* call("GET", "/v1/keys", { bearer: admin })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        data: [
          { id: "later", primary: false, held: false, added_at: hour, data_keys: 1 },
          {
            id: "test",
            primary: true,
            held: true,
            added_at: "1970-01-01T00:00:00.000Z",
            promoted_at: hour,
            data_keys: 1
          }
        ],
        rotation: { data_keys: 2, wrapped_by_primary: 1, to_rewrap: 1, to_reseal: 0 },
        next_cursor: null
      })
      assert.strictEqual(headers.get("cache-control"), "no-store")
    }).pipe(inApi)
  )

  it.effect("gives pages, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      yield* deployed
      const first = yield* call("GET", "/v1/keys?limit=1", { bearer: admin })
      const second = yield* call("GET", `/v1/keys?limit=1&cursor=${first.body.next_cursor}`, { bearer: admin })
      const idsOf = ({ data }: { readonly data: ReadonlyArray<{ readonly id: string }> }) => data.map(({ id }) => id)
      assert.deepStrictEqual([idsOf(first.body), idsOf(second.body)], [["later"], ["test"]])
      assert.isNull(second.body.next_cursor)
      assert.strictEqual((yield* call("GET", "/v1/keys?cursor=x", { bearer: admin })).status, 400)
      assert.strictEqual((yield* call("GET", "/v1/keys?limit=0", { bearer: admin })).status, 400)
    }).pipe(inApi)
  )
})

describe("POST /v1/keys/rotation", () => {
  const rotate = (body: unknown, bearer = admin) => call("POST", "/v1/keys/rotation", { bearer, body })

  it.effect("accepts it, and tells what there is to do", () =>
    Effect.gen(function* () {
      yield* deployed
      const rewrap = yield* rotate({})
      assert.strictEqual(rewrap.status, 202)
      assert.deepStrictEqual(rewrap.body, { data_keys: 2, wrapped_by_primary: 1, to_rewrap: 1, to_reseal: 0 })
      assert.deepStrictEqual((yield* rotate({ data_keys: false })).body, rewrap.body)
      const reseal = yield* rotate({ data_keys: true })
      assert.strictEqual(reseal.status, 202)
      // The pass that the first request began may have replaced one already
      const { requested_at: requestedAt, to_reseal: left, ...rest } = reseal.body
      assert.strictEqual(requestedAt, "1970-01-01T01:00:00.000Z")
      assert.include([1, 2], left)
      assert.deepInclude(rewrap.body, rest)
    }).pipe(inApi)
  )

  it.effect("is on the caller's audit trail", () =>
    Effect.gen(function* () {
      yield* deployed
      yield* rotate({ data_keys: true })
      const events = yield* recordedAbout({ ...ada, user: UserId.make("root") })
      assert.deepStrictEqual(
        events.map(({ action, object, reason }) => ({ action, object, reason })),
        [{ action: "key.rotation_requested", object: { type: "key", id: "test" }, reason: "data_keys" }]
      )
    }).pipe(inApi)
  )

  it.effect.each([{ data_keys: "yes" }, { data_keys: 1 }, { keys: true }, [], "x", null])("refuses %o", (body) =>
    Effect.gen(function* () {
      yield* deployed
      assert.strictEqual((yield* rotate(body)).status, 400)
      assert.deepStrictEqual((yield* call("GET", "/v1/keys", { bearer: admin })).body.rotation.to_reseal, 0)
    }).pipe(inApi)
  )
})

describe("the routes of keys", () => {
  const routes = [
    ["GET", "/v1/keys"],
    ["POST", "/v1/keys/rotation"]
  ] as const
  for (const [method, path] of routes) {
    const body = method === "POST" ? { body: {} } : {}

    it.effect(`${method} ${path} is for admins, or with the permission keys:write`, () =>
      Effect.gen(function* () {
        yield* deployed
        for (const bearer of [adasToken, servicesToken, tokenOf("eve", ["auditor"]), tokenOf("eve", [])]) {
          const refused = yield* call(method, path, { bearer, ...body })
          assert.strictEqual(refused.status, 403)
          assert.deepInclude(refused.body, { code: "permission_required", permission: "keys:write" })
        }
        const permitted = tokenOf("eve", ["user"], { permissions: ["keys:write"] })
        assert.isBelow((yield* call(method, path, { bearer: permitted, ...body })).status, 300)
        assert.strictEqual((yield* call(method, path, body)).status, 401)
      }).pipe(inApi)
    )
  }
})
