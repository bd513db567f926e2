import { Integrations, type Problem, ProblemCode, personOf, remedy } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option, Result } from "effect"
import { anAccount, anIntegration, aScope } from "../fakes/Samples.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const later = DateTime.add(noon, { hours: 1 })
const owner = aScope()
const active = anIntegration(owner)
const refused: Problem = { code: "refresh_refused", since: noon, claims: '{"access_token":{}}' }
const blocked: Problem = { code: "admin_action_required", since: later }
const unset: Problem = { code: "account_setup_required", since: noon }
const unusable = (["reauthorization_required", "disconnecting", "disconnected"] as const).map((status) =>
  anIntegration(owner, { status, problem: Option.some({ code: "grant_revoked", since: noon }) })
)
const ailing = (problem: Problem) => anIntegration(owner, { problem: Option.some(problem) })
const problemOf = ({ problem }: typeof active) => Option.getOrUndefined(problem)

describe("What ails an integration", () => {
  it("is noted of one that goes on working", () => {
    assert.deepStrictEqual(Integrations.note(active, refused), { ...active, problem: Option.some(refused) })
    assert.deepStrictEqual(active.problem, Option.none())
  })

  it("gives way to what is found next", () => {
    assert.deepStrictEqual(problemOf(Integrations.note(ailing(refused), blocked)), blocked)
  })

  it("goes on since when it was found, for as long as it is the same", () => {
    for (const problem of [refused, unset]) {
      const integration = ailing(problem)
      assert.strictEqual(Integrations.note(integration, { ...problem, since: later }), integration)
    }
  })

  it("takes up what the provider wants now, and forgets what it no longer wants", () => {
    const wanted = { ...refused, claims: '{"id_token":{}}' }
    assert.deepStrictEqual(problemOf(Integrations.note(ailing(refused), { ...wanted, since: later })), wanted)
    const { claims: _, ...plain } = refused
    assert.deepStrictEqual(problemOf(Integrations.note(ailing(refused), { ...plain, since: later })), plain)
    assert.deepStrictEqual(problemOf(Integrations.note(ailing(plain), { ...refused, since: later })), refused)
  })

  it("is neither noted of, nor taken from, one that cannot be used", () => {
    for (const integration of unusable) {
      assert.strictEqual(Integrations.note(integration, blocked), integration)
      assert.strictEqual(Integrations.recover(integration), integration)
      assert.strictEqual(Integrations.renew(integration), integration)
    }
  })

  it("ends with a recovery, whatever it is", () => {
    for (const code of ProblemCode.literals) {
      const recovered = Integrations.recover(ailing({ code, since: noon }))
      assert.deepInclude(recovered, { status: "active", problem: Option.none() })
    }
    assert.deepStrictEqual(Integrations.recover(active), active)
  })

  it("ends with a new token, but for an account that must be set up again", () => {
    for (const problem of [refused, blocked]) {
      assert.deepStrictEqual(Integrations.renew(ailing(problem)).problem, Option.none())
    }
    assert.deepStrictEqual(problemOf(Integrations.renew(ailing(unset))), unset)
    assert.deepStrictEqual(Integrations.renew(active), active)
  })

  it("gives way to what ends it, with what the provider wants then", () => {
    const revoked: Problem = { code: "grant_revoked", since: later, claims: '{"access_token":{"acrs":{}}}' }
    const ended = Result.getOrThrow(Integrations.requireReauthorization(ailing(refused), revoked))
    assert.deepInclude(ended, { status: "reauthorization_required", problem: Option.some(revoked) })
    const again = Result.getOrThrow(Integrations.requireReauthorization(ended, { ...revoked, since: noon }))
    assert.deepStrictEqual(again, ended)
  })

  it("is told of one that says nothing yet of what ended it", () => {
    const silent = anIntegration(owner, { status: "reauthorization_required" })
    assert.deepStrictEqual(problemOf(Result.getOrThrow(Integrations.requireReauthorization(silent, blocked))), blocked)
  })

  it("has a remedy, and someone to bring it about", () => {
    for (const code of ProblemCode.literals) assert.match(remedy[code].action, /\.$/)
    assert.deepStrictEqual(
      ProblemCode.literals.filter((code) => remedy[code].who === "admin"),
      ["admin_action_required"]
    )
  })
})

describe("Account", () => {
  it("is of the person that the identity service names, or is the person", () => {
    assert.strictEqual(personOf(anAccount({ id: "channel", subject: "person" })), "person")
    assert.strictEqual(personOf(anAccount({ id: "person" })), "person")
  })
})
