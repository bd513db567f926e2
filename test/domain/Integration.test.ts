import { type Integration, Integrations, IntegrationStatus, type Problem, ProblemCode } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option, Result } from "effect"
import { anAccount, anIntegration, aScope, features, scopes } from "../fakes/Samples.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const revoked: Problem = { code: "grant_revoked", since: noon }
const owner = aScope()
const problems = ProblemCode.literals.map((code): Problem => ({ code, since: noon }))

const grant = {
  account: anAccount({ name: "Countess Lovelace" }),
  requestedScopes: scopes("openid", "new"),
  grantedScopes: scopes("openid", "new"),
  surplusScopes: [],
  consentedScopes: scopes("openid"),
  scopesInUse: scopes("openid"),
  features: features("new"),
  authorizedAt: noon,
  reverifyAt: Option.none()
}

const transitions = {
  active: (integration: Integration) => Integrations.reconnect(integration, grant),
  reauthorization_required: (integration: Integration) => Integrations.requireReauthorization(integration, revoked),
  disconnecting: Integrations.beginDisconnect,
  disconnected: (integration: Integration) => Integrations.disconnect(integration, "revoked")
} satisfies Record<IntegrationStatus, unknown>

const allowed: Record<IntegrationStatus, ReadonlyArray<IntegrationStatus>> = {
  active: ["active", "reauthorization_required", "disconnecting"],
  reauthorization_required: ["active", "reauthorization_required", "disconnecting"],
  disconnecting: ["disconnecting", "disconnected"],
  disconnected: ["disconnected"]
}

const pairs = IntegrationStatus.literals.flatMap((from) => IntegrationStatus.literals.map((to) => [from, to] as const))

describe("Integration", () => {
  for (const [from, to] of pairs.filter(([from, to]) => allowed[from].includes(to))) {
    it(`goes from ${from} to ${to}`, () => {
      const integration = anIntegration(owner, { status: from })
      const next = Result.getOrThrow(transitions[to](integration))
      assert.strictEqual(next.status, to)
      assert.deepInclude(next, { id: integration.id, owner, provider: integration.provider })
      assert.strictEqual(integration.status, from)
    })
  }

  for (const [from, to] of pairs.filter(([from, to]) => !allowed[from].includes(to))) {
    it(`refuses to go from ${from} to ${to}, and says which integration would`, () => {
      const integration = anIntegration(owner, { status: from })
      const refused = Result.getOrThrow(Result.flip(transitions[to](integration)))
      assert.strictEqual(refused._tag, "IntegrationTransitionRefused")
      assert.deepInclude(refused, { integrationId: integration.id, from, to })
    })
  }

  it("is mended by a new authorization, whose grant takes the place of the old", () => {
    const ailing = anIntegration(owner, { status: "reauthorization_required", problem: Option.some(revoked) })
    const mended = Result.getOrThrow(Integrations.reconnect(ailing, grant))
    assert.deepStrictEqual(mended, {
      ...ailing,
      ...grant,
      authorizations: 2,
      status: "active",
      problem: Option.none()
    })
  })

  it("keeps the first problem, and its time, when another comes", () => {
    const first = Result.getOrThrow(Integrations.requireReauthorization(anIntegration(owner), revoked))
    assert.deepStrictEqual(first.problem, Option.some(revoked))
    for (const problem of problems) {
      const later = { ...problem, since: DateTime.add(noon, { hours: 1 }) }
      const second = Result.getOrThrow(Integrations.requireReauthorization(first, later))
      assert.deepStrictEqual(second.problem, Option.some(revoked))
    }
  })

  it("keeps its grant while it is disconnecting, which serves nothing, and its record when it is disconnected", () => {
    const integration = anIntegration(owner, { problem: Option.some(revoked), reverifyAt: Option.some(noon) })
    const disconnecting = Result.getOrThrow(Integrations.beginDisconnect(integration))
    const ended = { ...integration, features: [], consentedScopes: [], scopesInUse: [] }
    assert.deepStrictEqual(disconnecting, { ...ended, status: "disconnecting" })
    const disconnected = Result.getOrThrow(Integrations.disconnect(disconnecting, "pending"))
    assert.deepStrictEqual(disconnected, {
      ...ended,
      status: "disconnected",
      reverifyAt: Option.none(),
      problem: Option.none(),
      revocation: Option.some("pending" as const)
    })
  })

  it("learns later how the revocation ended", () => {
    const pending = anIntegration(owner, { status: "disconnected", revocation: Option.some("pending") })
    for (const revocation of Integrations.Revocation.literals) {
      assert.deepStrictEqual(
        Result.getOrThrow(Integrations.disconnect(pending, revocation)).revocation,
        Option.some(revocation)
      )
    }
  })

  it("misses the scopes that were asked for and not granted", () => {
    const integration = anIntegration(owner, {
      requestedScopes: scopes("a", "b", "c"),
      grantedScopes: scopes("b"),
      surplusScopes: scopes("c")
    })
    assert.deepStrictEqual(Integrations.missingScopes(integration), scopes("a", "c"))
    assert.deepStrictEqual(Integrations.missingScopes({ ...integration, grantedScopes: scopes("c", "b", "a") }), [])
  })
})
