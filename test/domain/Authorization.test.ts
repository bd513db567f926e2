import {
  type Authorization,
  AuthorizationError,
  Authorizations,
  AuthorizationStatus,
  type IntegrationId
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Option, Result } from "effect"
import { anAuthorization, anIntegration, aScope } from "../fakes/Samples.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const end = DateTime.addDuration(noon, Authorizations.timeToComplete)
const owner = aScope()
const integrationId: IntegrationId = anIntegration(owner).id
const authorization = (status: AuthorizationStatus) =>
  anAuthorization(owner, { status, createdAt: noon, expiresAt: end })

const transitions = {
  authorized: Authorizations.authorize,
  completed: (subject: Authorization) => Authorizations.complete(subject, integrationId),
  failed: (subject: Authorization) => Authorizations.fail(subject, "access_denied"),
  expired: Authorizations.expire
} satisfies Record<Exclude<AuthorizationStatus, "pending">, unknown>

const targets = ["authorized", "completed", "failed", "expired"] as const

const allowed: Record<AuthorizationStatus, ReadonlyArray<AuthorizationStatus>> = {
  pending: ["authorized", "failed", "expired"],
  authorized: ["completed", "failed", "expired"],
  completed: [],
  failed: [],
  expired: []
}

const pairs = AuthorizationStatus.literals.flatMap((from) => targets.map((to) => [from, to] as const))

describe("Authorization", () => {
  it("begins as pending and can never become so again", () => {
    assert.sameMembers([...targets, "pending"], [...AuthorizationStatus.literals])
  })

  for (const [from, to] of pairs.filter(([from, to]) => allowed[from].includes(to))) {
    it(`goes from ${from} to ${to}`, () => {
      const subject = authorization(from)
      const next = Result.getOrThrow(transitions[to](subject))
      assert.strictEqual(next.status, to)
      assert.deepInclude(next, { id: subject.id, owner, requestedScopes: subject.requestedScopes })
    })
  }

  for (const [from, to] of pairs.filter(([from, to]) => !allowed[from].includes(to))) {
    it(`refuses to go from ${from} to ${to}, and says which authorization would`, () => {
      const subject = authorization(from)
      const refused = Result.getOrThrow(Result.flip(transitions[to](subject)))
      assert.strictEqual(refused._tag, "AuthorizationTransitionRefused")
      assert.deepInclude(refused, { authorizationId: subject.id, from, to })
    })
  }

  it("names the integration that holds the grant when it is completed", () => {
    const completed = Result.getOrThrow(Authorizations.complete(authorization("authorized"), integrationId))
    assert.deepStrictEqual(completed.integrationId, Option.some(integrationId))
  })

  it("says why it failed, in one of a closed set of words", () => {
    for (const error of AuthorizationError.literals) {
      assert.deepStrictEqual(
        Result.getOrThrow(Authorizations.fail(authorization("pending"), error)).error,
        Option.some(error)
      )
    }
  })

  it("ends ten minutes after it began", () => {
    assert.strictEqual(Duration.toMinutes(Authorizations.timeToComplete), 10)
  })

  for (const status of ["pending", "authorized"] as const) {
    it(`has expired at its end when it is ${status}`, () => {
      const subject = authorization(status)
      assert.strictEqual(Authorizations.statusAt(subject, DateTime.subtract(end, { milliseconds: 1 })), status)
      assert.strictEqual(Authorizations.statusAt(subject, end), "expired")
      assert.strictEqual(Authorizations.statusAt(subject, DateTime.add(end, { days: 1 })), "expired")
    })
  }

  for (const status of ["completed", "failed", "expired"] as const) {
    it(`stays ${status} at its end and after it`, () => {
      assert.strictEqual(Authorizations.statusAt(authorization(status), end), status)
      assert.strictEqual(Authorizations.statusAt(authorization(status), DateTime.add(end, { days: 1 })), status)
    })
  }
})
