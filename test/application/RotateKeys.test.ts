import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { persistence } from "../contract/Contract.ts"
import { aCaller, aScope } from "../fakes/Samples.ts"
import { recorded } from "../fakes/RecordedLog.ts"
import { Faults, storageDown } from "./Faults.ts"
import {
  a,
  b,
  connect,
  counts,
  dataKeyOf,
  eventsAbout,
  inDeployment,
  primary,
  server,
  started
} from "./KeyDeployment.ts"

const admin = aCaller(aScope(), { roles: ["admin"] })
const service = aCaller(aScope(), { roles: ["service", "user", "auditor"] })

/** A deployment whose primary wraps nothing yet. */
const promoted = Effect.gen(function* () {
  const running = yield* started(a, b)
  const connected = yield* connect(running)
  yield* running.promoting.promote("b")
  return { ...running, connected }
})

/** Lets what runs in the background come to its end. */
const settle = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    for (let tries = 0; tries < 1000 && !(yield* condition); tries++) yield* Effect.yieldNow
    assert.isTrue(yield* condition)
  })

describe("promoting a key", () => {
  it.effect("adds one that is new, and makes it the primary", () =>
    Effect.gen(function* () {
      yield* started(a)
      const { promoting } = yield* server(a, b)
      yield* promoting.promote("b")
      assert.strictEqual(yield* primary, "b")
      yield* promoting.promote("a")
      assert.strictEqual(yield* primary, "a")
    }).pipe(inDeployment)
  )

  it.effect("needs the key to be at hand", () =>
    Effect.gen(function* () {
      yield* started(a, b)
      const { promoting } = yield* started(a)
      const refusal = yield* Effect.flip(promoting.promote("b"))
      assert.deepInclude(refusal, { _tag: "KeyNotHeld", keyId: "b", held: ["a"] })
      assert.strictEqual(yield* primary, "a")
    }).pipe(inDeployment)
  )
})

describe("retiring a key", () => {
  it.effect("is refused while data keys are wrapped under it, and tells how many", () =>
    Effect.gen(function* () {
      const { retiring, rewrapping, vault } = yield* promoted
      yield* connect({ vault })
      const refusal = yield* Effect.flip(retiring.retire("a"))
      assert.deepInclude(refusal, { _tag: "KeyStillWraps", keyId: "a", dataKeys: 2 })
      yield* rewrapping.pass()
      yield* retiring.retire("a")
      assert.deepInclude(yield* Effect.flip(retiring.retire("b")), { _tag: "KeyIsPrimary" })
      assert.deepInclude(yield* Effect.flip(retiring.retire("x")), { _tag: "KeyUnknown", keyId: "x" })
    }).pipe(inDeployment)
  )

  it.effect("changes nothing when it is done again", () =>
    Effect.gen(function* () {
      const { retiring } = yield* started(a, b)
      yield* retiring.retire("b")
      yield* retiring.retire("b")
      const { keys } = yield* persistence
      assert.deepStrictEqual(yield* keys.retired, ["b"])
    }).pipe(inDeployment)
  )
})

describe("the list of keys", () => {
  it.effect("is for those who may write keys", () =>
    Effect.gen(function* () {
      const { listing } = yield* started(a)
      const refusal = yield* Effect.flip(listing.list(service))
      assert.deepInclude(refusal, { _tag: "PermissionRequired", permission: "keys:write" })
      yield* listing.list(aCaller(aScope(), { permissions: ["keys:write"] }))
    }).pipe(inDeployment)
  )

  it.effect("shows each key, what it wraps, and how far the rotation has come", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const { listing } = yield* promoted
      const { keys, rotation, unknown } = yield* listing.list(admin)
      const now = yield* DateTime.now
      const common = { addedAt: now, promotedAt: Option.some(now), isHeld: true }
      assert.deepStrictEqual(keys.slice(0, 2), [
        { ...common, id: "a", isPrimary: false, dataKeys: 1 },
        { ...common, id: "b", isPrimary: true, dataKeys: 0 }
      ])
      assert.deepInclude(keys[2], { id: "test", isHeld: false, dataKeys: 0 })
      assert.deepStrictEqual(unknown, [])
      const requestedAt = Option.none()
      assert.deepStrictEqual(rotation, { dataKeys: 1, wrappedByPrimary: 0, toRewrap: 1, toReplace: 0, requestedAt })
    }).pipe(inDeployment)
  )

  it.effect("shows the operator which keys are at hand and not the deployment's yet", () =>
    Effect.gen(function* () {
      const { listing } = yield* server(a, b)
      const { keys, rotation, unknown } = yield* listing.listForOperator
      assert.deepStrictEqual(unknown, ["a", "b"])
      assert.lengthOf(keys, 1)
      assert.strictEqual(rotation.wrappedByPrimary, 0)
    }).pipe(inDeployment)
  )
})

describe("asking for a rotation", () => {
  it.effect("is for those who may write keys, and changes nothing for others", () =>
    Effect.gen(function* () {
      const { rotating } = yield* promoted
      const refusal = yield* Effect.flip(rotating.request(service, { dataKeys: true }))
      assert.deepInclude(refusal, { _tag: "PermissionRequired", permission: "keys:write" })
      const { rotation } = yield* persistence
      assert.deepStrictEqual(yield* rotation.requestedAt, Option.none())
      assert.deepStrictEqual(yield* eventsAbout(service.scope), [])
    }).pipe(inDeployment)
  )

  it.effect("rewraps at once, and answers what is to be done", () =>
    Effect.gen(function* () {
      const { connected, rotating } = yield* promoted
      const before = yield* dataKeyOf(connected)
      const progress = yield* rotating.request(admin, { dataKeys: false })
      assert.deepInclude(progress, { toRewrap: 1, toReplace: 0, requestedAt: Option.none() })
      yield* settle(Effect.map(counts, ({ b }) => b === 1))
      assert.strictEqual((yield* dataKeyOf(connected)).id, before.id)
    }).pipe(inDeployment)
  )

  it.effect("replaces the data keys that are there at this moment, where that is asked for", () =>
    Effect.gen(function* () {
      const { connected, rotating, vault } = yield* promoted
      const before = yield* dataKeyOf(connected)
      const progress = yield* rotating.request(admin, { dataKeys: true })
      assert.deepInclude(progress, { dataKeys: 1, toReplace: 1, requestedAt: Option.some(yield* DateTime.now) })
      const later = yield* connect({ vault })
      const latest = yield* dataKeyOf(later)
      yield* settle(Effect.map(dataKeyOf(connected), ({ id }) => id !== before.id))
      yield* rotating.pass
      assert.strictEqual((yield* dataKeyOf(later)).id, latest.id)
    }).pipe(inDeployment)
  )

  it.effect("is on the audit trail, with what was asked for", () =>
    Effect.gen(function* () {
      const { rotating } = yield* promoted
      yield* rotating.request(admin, { dataKeys: false })
      yield* rotating.request(admin, { dataKeys: true })
      const common = { action: "key.rotation_requested", object: { type: "key", id: "b" }, outcome: "success" } as const
      const actor = { scope: admin.scope, role: "admin" } as const
      const events = yield* eventsAbout(admin.scope)
      assert.lengthOf(events, 2)
      assert.deepInclude(events[0], { ...common, actor, reason: "rewrap", requestId: admin.requestId })
      assert.deepInclude(events[1], { ...common, actor, reason: "data_keys" })
    }).pipe(inDeployment)
  )

  it.effect("asks for nothing where it cannot be put on the audit trail", () =>
    Effect.gen(function* () {
      const { rotating } = yield* promoted
      const faults = yield* Faults
      const { rotation } = yield* persistence
      yield* faults.every("AuditTrail.record", storageDown)
      assert.strictEqual(
        (yield* Effect.flip(rotating.request(admin, { dataKeys: true })))._tag,
        "RepositoryUnavailable"
      )
      assert.deepStrictEqual(yield* rotation.requestedAt, Option.none())
    }).pipe(inDeployment)
  )

  it.effect("is tried again by the background where it fails", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const { rotating } = yield* promoted
      const faults = yield* Faults
      yield* faults.next("DataKeyRepository.rewrapAcrossUsers", storageDown)
      yield* rotating.request(admin, { dataKeys: false })
      yield* settle(Effect.sync(() => lines.some((line) => line.includes("the rotation of keys failed"))))
      assert.deepStrictEqual(yield* counts, { a: 1 })
      yield* rotating.pass
      assert.deepStrictEqual(yield* counts, { b: 1 })
      assert.include(lines.join("\n"), "Info rewrapped 1 data keys, replaced 0")
    }).pipe(inDeployment, Effect.provide(layer))
  })
})

describe("the operator's request", () => {
  it.effect("has data keys replaced where that is asked for", () =>
    Effect.gen(function* () {
      const { replacing, rotating } = yield* promoted
      const { rotation } = yield* persistence
      yield* rotating.requestForOperator({ dataKeys: false })
      assert.deepStrictEqual(yield* rotation.requestedAt, Option.none())
      yield* rotating.requestForOperator({ dataKeys: true })
      assert.deepStrictEqual(yield* replacing.pass(), { replaced: 1, failed: 0 })
    }).pipe(inDeployment)
  )
})

describe("a pass in the background", () => {
  it.effect("goes on where this server's keys do not fit any more, and says so", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const first = yield* started(a)
      yield* connect(first)
      const { rotating } = yield* server(b)
      yield* rotating.pass
      const errors = lines.filter((line) => line.startsWith("Error"))
      assert.lengthOf(errors, 2)
      assert.include(errors[0], "missing: a")
      assert.include(errors[1], "lacks a, the deployment's primary key")
    }).pipe(inDeployment, Effect.provide(layer))
  })

  it.effect("says so where this server lacks the key that others promoted", () => {
    const { layer, lines } = recorded()
    return Effect.gen(function* () {
      const { rotating } = yield* started(a)
      const other = yield* started(a, b)
      yield* rotating.pass
      assert.deepStrictEqual(
        lines.filter((line) => line.startsWith("Error")),
        []
      )
      yield* other.promoting.promote("b")
      yield* other.rotating.pass
      yield* rotating.pass
      const errors = lines.filter((line) => line.startsWith("Error"))
      assert.lengthOf(errors, 1)
      assert.include(errors[0], "this server lacks b, the deployment's primary key")
    }).pipe(inDeployment, Effect.provide(layer))
  })

  it.effect("is one at a time", () =>
    Effect.gen(function* () {
      const { rotating } = yield* promoted
      const faults = yield* Faults
      const gate = yield* faults.hold("DataKeyRepository.rewrapAcrossUsers")
      const first = yield* Effect.forkChild(rotating.pass)
      yield* gate.reached
      yield* rotating.pass
      assert.deepStrictEqual(yield* counts, { a: 1 })
      yield* gate.release
      yield* Fiber.join(first)
      assert.deepStrictEqual(yield* counts, { b: 1 })
    }).pipe(inDeployment)
  )
})
