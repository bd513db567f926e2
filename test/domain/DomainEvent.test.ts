import {
  AuditAction,
  type AuditEvent,
  DomainEventId,
  domainEventOf,
  DomainEventType,
  IntegrationId
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"

const owner = aScope()
const integrationId = IntegrationId.make("018f0000-0000-7000-8000-000000000001")

const told = (overrides: Partial<AuditEvent>) => Option.getOrThrow(domainEventOf(anAuditEvent(owner, overrides)))

describe("The domain event of an audit event", () => {
  it("has the event's own id, time, object, reason and request", () => {
    const event = anAuditEvent(owner, {
      action: "integration.disconnected",
      object: { type: "integration", id: integrationId },
      reason: "revoked"
    })
    assert.deepStrictEqual(Option.getOrThrow(domainEventOf(event)), {
      id: DomainEventId.make(event.id),
      type: "integration.disconnected",
      owner,
      integrationId: Option.some(integrationId),
      object: { type: "integration", id: integrationId },
      reason: "revoked",
      occurredAt: event.occurredAt,
      requestId: event.requestId
    })
  })

  it("says nothing of who acted, nor for what purpose", () => {
    const event = told({
      action: "integration.connected",
      purpose: "Ada's diary",
      actor: { scope: aScope(), role: "service" }
    })
    assert.sameMembers(Object.keys(event), [
      "id",
      "type",
      "owner",
      "integrationId",
      "object",
      "occurredAt",
      "requestId"
    ])
  })

  it("names the integration whose consent or feature changed", () => {
    for (const [action, type] of [
      ["consent.granted", "consent"],
      ["consent.withdrawn", "consent"],
      ["feature.activated", "feature"],
      ["feature.deactivated", "feature"]
    ] as const) {
      const event = told({ action, object: { type, id: "notes" }, integrationId })
      assert.deepStrictEqual([event.type, event.integrationId], [action, Option.some(integrationId)])
    }
  })

  it("names no integration where none changed", () => {
    const object = { type: "authorization", id: "018f0000-0000-7000-8000-000000000002" } as const
    assert.deepStrictEqual(told({ action: "scope.escalation_refused", object }).integrationId, Option.none())
  })

  it("is there for each change, once, and for nothing else", () => {
    const types = AuditAction.literals.flatMap((action) =>
      Option.toArray(domainEventOf(anAuditEvent(owner, { action }))).map(({ type }) => type)
    )
    assert.sameMembers(types, [...DomainEventType.literals])
    assert.strictEqual(told({ action: "token.refreshed" }).type, "integration.refreshed")
    for (const action of ["token.released", "integration.disconnecting", "authorization.completed"] as const) {
      assert.deepStrictEqual(domainEventOf(anAuditEvent(owner, { action })), Option.none())
    }
  })
})
