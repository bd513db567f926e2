import type { DomainEvent, Integration, IntegrationId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, HashMap, Option } from "effect"
import { pendingAbout } from "../fakes/InMemoryEventOutbox.ts"
import { ada, stored } from "./Journey.ts"

/** What the product is to be told of Ada, in order. */
export const told = pendingAbout(ada)

interface Known {
  readonly status: Integration["status"] | "unknown"
  readonly authorizations: number
  readonly refreshes: number
  readonly standing: ReadonlyArray<string>
  readonly features: ReadonlyArray<string>
  readonly revocation: string | undefined
}

const unheardOf: Known = {
  status: "unknown",
  authorizations: 0,
  refreshes: 0,
  standing: [],
  features: [],
  revocation: undefined
}

/** The integration as one knows it who has heard nothing but its events; those in an impossible order are a defect. */
const hear = (known: Known, { object, reason, type }: DomainEvent): Known => {
  switch (type) {
    case "integration.connected":
      assert.strictEqual(known.status, "unknown", "connected is the first event")
      return { ...known, status: "active", authorizations: 1 }
    case "integration.reconnected":
      return { ...known, status: "active", authorizations: known.authorizations + 1 }
    case "integration.refreshed":
      return { ...known, refreshes: known.refreshes + 1 }
    case "integration.reauthorization_required":
      return { ...known, status: "reauthorization_required" }
    case "integration.disconnected":
      return { ...known, status: "disconnected", revocation: reason }
    case "consent.granted":
      assert.notStrictEqual(known.status, "unknown", "connected comes before its consent")
      return { ...known, standing: [...known.standing, object.id] }
    case "consent.withdrawn":
      assert.include(known.standing, object.id, "granted comes before withdrawn")
      return { ...known, standing: known.standing.filter((id) => id !== object.id) }
    case "feature.activated":
      assert.notInclude(known.features, object.id, "it was off before")
      return { ...known, features: [...known.features, object.id] }
    case "feature.deactivated":
      assert.include(known.features, object.id, "activated comes before deactivated")
      return { ...known, features: known.features.filter((id) => id !== object.id) }
    case "scope.escalation_refused":
      return known
  }
}

const heardOf = (events: ReadonlyArray<DomainEvent>, id: IntegrationId): Known =>
  events.filter(({ integrationId }) => Option.contains(integrationId, id)).reduce(hear, unheardOf)

/**
 * Whoever hears the events alone knows what is stored: each change has its event, each event its change, and those of an
 * integration are in order.
 */
export const assertToldAll = Effect.gen(function* () {
  const { authorizations, consents, integrations, tokens } = yield* stored
  const events = yield* told
  for (const { authorizations: authorized, features, id, revocation, status } of HashMap.toValues(integrations)) {
    const known = heardOf(events, id)
    const isEnding = status === "disconnecting"
    assert.strictEqual(known.status, isEnding ? known.status : status)
    assert.strictEqual(known.revocation, Option.getOrUndefined(revocation))
    assert.strictEqual(known.authorizations, authorized)
    assert.sameMembers([...known.features], [...features])
    assert.sameMembers(
      [...known.standing],
      HashMap.toValues(consents)
        .filter(({ integrationId, withdrawal }) => integrationId === id && Option.isNone(withdrawal))
        .map((consent) => consent.id)
    )
    const token = HashMap.get(tokens, id)
    if (Option.isSome(token)) assert.strictEqual(known.authorizations + known.refreshes, token.value.token.generation)
  }
  const known = new Set(events.flatMap(({ integrationId }) => Option.toArray(integrationId)))
  assert.sameMembers([...known], [...HashMap.keys(integrations)])
  const escalated = [
    ...HashMap.toValues(authorizations)
      .filter(({ authorization }) => Option.contains(authorization.error, "scope_escalation"))
      .map(({ authorization }) => authorization.id),
    ...HashMap.toValues(integrations)
      .filter(({ problem }) => Option.exists(problem, ({ code }) => code === "scopes_widened"))
      .map(({ id }) => id)
  ]
  const refused = events.filter(({ type }) => type === "scope.escalation_refused")
  assert.sameMembers(
    refused.map(({ object }) => object.id),
    escalated
  )
})
