import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { ada, bob, byBob, connect, start } from "../application/Journey.ts"
import { Faults, storageDown } from "../application/Faults.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { recorded } from "../fakes/InMemoryAuditTrail.ts"
import { type Answer, call, inApi } from "./TestApi.ts"
import { adasToken, tokenOf } from "./TestCallers.ts"

const auditor = tokenOf("carol", ["auditor"])
const own = `/v1/users/${ada.user}/audit-events`

interface View {
  readonly id: string
  readonly action: string
  readonly subject: string
  readonly occurred_at: string
}

const actionsOf = ({ data }: { readonly data: ReadonlyArray<View> }) => data.map(({ action }) => action)

/** Of two users, an hour apart. */
const somethingHappens = Effect.gen(function* () {
  yield* connect()
  yield* TestClock.adjust("1 hour")
  yield* start({}, byBob, bob)
})

describe("GET /v1/users/{user}/audit-events", () => {
  it.effect("shows what is about the user, the newest first, without having been read itself", () =>
    Effect.gen(function* () {
      yield* somethingHappens
      const before = (yield* recorded).length
      const { body, headers, status } = yield* call("GET", own, { bearer: adasToken })
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(actionsOf(body).at(-1), "authorization.started")
      assert.include(actionsOf(body), "integration.connected")
      assert.lengthOf(new Set(body.data.map(({ subject }: View) => subject)), 1)
      assert.lengthOf(yield* recorded, before)
    }).pipe(inApi)
  )

  it.effect("gives pages, each behind the cursor of the one before", () =>
    Effect.gen(function* () {
      yield* somethingHappens
      const all = yield* call("GET", own, { bearer: adasToken })
      const seen: Array<string> = []
      let cursor: string | null = ""
      for (let pages = 0; cursor !== null && pages < 20; pages++) {
        const { body }: Answer = yield* call("GET", `${own}?limit=2${cursor}`, { bearer: adasToken })
        seen.push(...body.data.map(({ id }: View) => id))
        cursor = body.next_cursor === null ? null : `&cursor=${body.next_cursor}`
      }
      assert.deepStrictEqual(
        seen,
        all.body.data.map(({ id }: View) => id)
      )
      assert.strictEqual((yield* call("GET", `${own}?cursor=x`, { bearer: adasToken })).status, 400)
    }).pipe(inApi)
  )

  it.effect("shows it to nobody else without an event of that", () =>
    Effect.gen(function* () {
      yield* connect()
      const path = `/v1/users/${ada.user}/audit-events`
      assert.strictEqual((yield* call("GET", path, { bearer: tokenOf("mallory") })).status, 404)
      const read = yield* call("GET", path, { bearer: tokenOf("backend", ["service"]) })
      assert.include(actionsOf(read.body), "integration.connected")
      const { body } = yield* call("GET", own, { bearer: adasToken })
      assert.deepInclude(body.data[0], { action: "audit.read", on_behalf_of: body.data[0].subject })
      assert.strictEqual(body.data[0].actor.role, "service")
      const faults = yield* Faults
      yield* faults.every("AuditTrail.record", storageDown)
      assert.strictEqual((yield* call("GET", path, { bearer: tokenOf("backend", ["service"]) })).status, 503)
    }).pipe(inApi)
  )

  it.effect("tells whom another acted for", () =>
    Effect.gen(function* () {
      yield* start()
      yield* call("POST", `/v1/users/${ada.user}/authorizations`, {
        bearer: tokenOf("backend", ["service"]),
        body: { provider: "sandbox", return_to: returnTo }
      })
      const { body } = yield* call("GET", own, { bearer: adasToken })
      const [byService, byHerself] = body.data
      assert.strictEqual(byService.actor.role, "service")
      assert.strictEqual(byService.on_behalf_of, byService.subject)
      assert.notStrictEqual(byService.actor.reference, byService.subject)
      assert.isNull(byHerself.on_behalf_of)
    }).pipe(inApi)
  )
})

describe("GET /v1/audit-events", () => {
  it.effect("shows auditors their tenant's, by user, action and time, and puts that on the trail", () =>
    Effect.gen(function* () {
      yield* somethingHappens
      const list = (query: string) =>
        Effect.map(call("GET", `/v1/audit-events${query}`, { bearer: auditor }), ({ body }) => actionsOf(body))
      assert.deepStrictEqual(yield* list(`?user=${bob.user}`), ["authorization.started"])
      assert.deepStrictEqual(yield* list(`?user=${ada.user}&action=integration.connected`), ["integration.connected"])
      assert.deepStrictEqual(yield* list("?action=authorization.started&from=1970-01-01T00:30:00.000Z"), [
        "authorization.started"
      ])
      assert.notInclude(yield* list("?to=1970-01-01T01:00:00.000Z"), "audit.read")
      assert.deepStrictEqual(yield* list("?user=nobody"), [])
      const reads = (yield* recorded).filter(({ action }) => action === "audit.read")
      assert.lengthOf(reads, 5)
      assert.strictEqual(reads[0]?.actor?.role, "auditor")
    }).pipe(inApi)
  )

  it.effect("is for nobody else, and shows nothing where that it is read cannot be recorded", () =>
    Effect.gen(function* () {
      const paths = ["/v1/audit-events", "/v1/audit-events/export", "/v1/audit-events/verification"]
      for (const path of paths) {
        assert.strictEqual((yield* call("GET", path, { bearer: adasToken })).status, 403)
      }
      const faults = yield* Faults
      yield* faults.every("AuditTrail.record", storageDown)
      for (const path of paths) {
        assert.strictEqual((yield* call("GET", path, { bearer: auditor })).status, 503)
      }
    }).pipe(inApi)
  )
})

describe("GET /v1/audit-events/export", () => {
  it.effect("streams lines of JSON, page after page, of a period where one is named", () =>
    Effect.gen(function* () {
      yield* somethingHappens
      const { headers, text } = yield* call("GET", "/v1/audit-events/export?from=1970-01-01T01:00:00.000Z", {
        bearer: auditor
      })
      assert.strictEqual(headers.get("content-type"), "application/x-ndjson")
      const lines = text.trimEnd().split("\n")
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line).action),
        ["authorization.started", "audit.exported"]
      )
    }).pipe(inApi)
  )
})
