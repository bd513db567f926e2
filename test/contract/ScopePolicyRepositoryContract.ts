import { ScopePolicyRepository } from "@oauth-manager/application"
import { ProviderId, type ScopePolicy } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Exit, Fiber, Option } from "effect"
import { aScope, features, scopes, strangersTo } from "../fakes/Samples.ts"
import { contract, hold, persistence, type PersistencePorts } from "./Contract.ts"

const [google, notion] = [ProviderId.make("google"), ProviderId.make("notion")]

const everyField: ScopePolicy = {
  allowed: scopes("https://scopes.test/mail", "user_id"),
  denied: [],
  max_sensitivity: "sensitive",
  by_role: { user: { allowed: [] }, service: { denied: scopes("openid"), max_sensitivity: "basic" } },
  features: features("mail.search"),
  wider_tokens: "release",
  purpose_required: true
}

const denying = (...values: ReadonlyArray<string>): ScopePolicy => ({ denied: scopes(...values) })

const versionOf = Effect.fnUntraced(function* (owner: ReturnType<typeof aScope>) {
  const policies = yield* ScopePolicyRepository
  return Option.map(yield* policies.find(owner, google), ({ version }) => version)
})

export const scopePolicyRepositoryContract = contract<PersistencePorts>("ScopePolicyRepository", (it) => {
  it.effect("gives the first version with every field, to every user of the tenant", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      const begun = DateTime.subtract(yield* DateTime.now, { seconds: 5 })
      const written = yield* policies.put(ada, google, everyField, 0)
      assert.deepInclude(written, { provider: google, version: 1, policy: everyField })
      assert.isTrue(DateTime.isGreaterThan(written.createdAt, begun))
      for (const user of [ada, aScope({ tenant: ada.tenant })]) {
        assert.deepStrictEqual(yield* policies.find(user, google), Option.some(written))
      }
    })
  )

  it.effect("gives the newest of 11 versions, and each the number behind the one before", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      for (let after = 0; after < 11; after++) {
        const { version } = yield* policies.put(ada, google, denying(`scope-${after}`), after)
        assert.strictEqual(version, after + 1)
      }
      const newest = Option.getOrThrow(yield* policies.find(ada, google))
      assert.deepInclude(newest, { version: 11, policy: denying("scope-10") })
      assert.deepStrictEqual(yield* policies.list(ada), [newest])
    })
  )

  it.effect("lists the newest of each provider, by provider", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      const ids = ["notion", "a-b", "ab", "a1"].map((id) => ProviderId.make(id))
      for (const id of ids) yield* policies.put(ada, id, {}, 0)
      yield* policies.put(ada, notion, everyField, 1)
      const listed = (yield* policies.list(ada)).map(({ provider, version }) => `${provider} ${version}`)
      assert.deepStrictEqual(listed, ["a-b 1", "a1 1", "ab 1", "notion 2"])
    })
  )

  it.effect("has none of a provider, or a tenant, for which none was written", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      assert.deepStrictEqual(yield* policies.list(ada), [])
      yield* policies.put(ada, google, everyField, 0)
      assert.deepStrictEqual(yield* policies.find(ada, notion), Option.none())
    })
  )

  it.effect("keeps tenants apart, whatever their users are called", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      const [, namesake] = strangersTo(ada)
      const written = yield* policies.put(ada, google, everyField, 0)
      assert.isDefined(namesake)
      assert.deepStrictEqual(yield* policies.find(namesake, google), Option.none())
      assert.deepStrictEqual(yield* policies.list(namesake), [])
      assert.deepInclude(yield* policies.put(namesake, google, {}, 0), { version: 1 })
      assert.deepStrictEqual(yield* policies.find(ada, google), Option.some(written))
    })
  )

  it.effect("refuses a version that is there, or would leave a gap, and tells the newest", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      const early = yield* Effect.flip(policies.put(ada, google, everyField, 3))
      assert.deepInclude(early, { _tag: "PolicyOutdated", version: 0 })
      yield* policies.put(ada, google, {}, 0)
      const newest = yield* policies.put(ada, google, denying("x"), 1)
      for (const after of [0, 1, 3]) {
        const refused = yield* Effect.flip(policies.put(ada, google, everyField, after))
        assert.deepInclude(refused, { _tag: "PolicyOutdated", version: 2 })
      }
      assert.deepStrictEqual(yield* policies.find(ada, google), Option.some(newest))
    })
  )

  it.effect("of 20 that write behind the same version lets one, and tells the others of it", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      yield* policies.put(ada, google, {}, 0)
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => index),
        (index) => Effect.result(policies.put(ada, google, denying(`scope-${index}`), 1)),
        { concurrency: "unbounded" }
      )
      const [won, ...others] = outcomes.toSorted((a) => (a._tag === "Success" ? -1 : 1))
      assert.isTrue(won?._tag === "Success" && won.success.version === 2)
      for (const other of others) {
        assert.isTrue(other._tag === "Failure" && other.failure._tag === "PolicyOutdated")
        if (other._tag === "Failure") assert.deepInclude(other.failure, { version: 2 })
      }
      assert.deepStrictEqual(yield* versionOf(ada), Option.some(2))
    })
  )

  it.effect("lets whoever waits for a version in the making try again in the same unit of work", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const { units } = yield* persistence
      const ada = aScope()
      const first = yield* hold(policies.put(ada, google, {}, 0), (work) => units.forUser(ada, work))
      const second = yield* Effect.forkChild(
        units.forUser(
          ada,
          Effect.catchTag(policies.put(ada, google, everyField, 0), "PolicyOutdated", ({ version }) =>
            policies.put(ada, google, everyField, version)
          )
        )
      )
      yield* first.end
      assert.deepInclude(yield* Fiber.join(second), { version: 2, policy: everyField })
    })
  )

  it.effect("writes nothing where the unit of work around it fails", () =>
    Effect.gen(function* () {
      const policies = yield* ScopePolicyRepository
      const { units } = yield* persistence
      const ada = aScope()
      const failed = Effect.andThen(policies.put(ada, google, everyField, 0), Effect.fail("refused"))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(units.forUser(ada, failed))))
      assert.deepStrictEqual(yield* versionOf(ada), Option.none())
    })
  )
})
