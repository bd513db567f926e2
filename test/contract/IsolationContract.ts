import type { AccountAlreadyConnected, RepositoryUnavailable } from "@oauth-manager/application"
import { Authorizations, personOf, type UserScope } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Effect, Exit, Option, Result } from "effect"
import { aCiphertext, aDataKey, aHash, anIntegration, aScope, aToken, strangersTo, noPlan } from "../fakes/Samples.ts"
import { assertDefect, contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { all, type Everything, nothing, whatIsThere, writeEverything } from "./Everything.ts"

type Answer = Option.Option<unknown> | ReadonlyArray<unknown>
type Looks = ReadonlyArray<readonly [name: string, look: Effect.Effect<Answer, RepositoryUnavailable>]>
type Writes = ReadonlyArray<
  readonly [name: string, write: Effect.Effect<unknown, RepositoryUnavailable | AccountAlreadyConnected>]
>

export const isEmpty = (answer: Answer): boolean =>
  Option.isOption(answer) ? Option.isNone(answer) : answer.length === 0

/** Every way to look for someone's rows, under the scope of `asked`. */
export const looks = ({ authorization, integration }: Everything, asked: UserScope) =>
  Effect.map(persistence, ({ authorizations, consents, integrations, tokens }): Looks => [
    ["integrations.find", integrations.find(asked, integration.id)],
    ["integrations.listConnected", integrations.listConnected(asked)],
    ["integrations.findForUpdate", integrations.findForUpdate(asked, integration.id)],
    ["integrations.findConnectedForUpdate", integrations.findConnectedForUpdate(asked, [integration.provider])],
    [
      "integrations.findBySubjectForUpdate",
      integrations.findBySubjectForUpdate(asked, [integration.provider], personOf(integration.account))
    ],
    [
      "integrations.list",
      integrations.list(asked, { provider: Option.none(), status: Option.none() }, { limit: 100, after: Option.none() })
    ],
    ["tokens.read", tokens.read(asked, integration.id)],
    ["tokens.find", tokens.find(asked, integration.id)],
    ["authorizations.find", authorizations.find(asked, authorization.id)],
    ["consents.ofIntegration", consents.ofIntegration(asked, integration.id)],
    ["consents.list", consents.list(asked, { limit: 100, after: Option.none() })]
  ])

/** Every way to change or destroy someone's rows, under the scope of `asked`. */
export const writes = ({ authorization, integration, token, revocation }: Everything, asked: UserScope) =>
  Effect.map(persistence, ({ authorizations, consents, dataKeys, integrations, outbox, tokens }): Writes => {
    const authorized = Result.getOrThrow(Authorizations.authorize({ ...authorization, owner: asked }))
    const lease = { generation: 1, owner: "a stranger", duration: long }
    const changed = { ...integration, owner: asked, account: { ...integration.account, name: "Mallory" } }
    const next = { ...aToken(integration, { generation: 2 }), owner: asked }
    return [
      ["dataKeys.insert", Effect.orDie(dataKeys.insert(asked, aDataKey()))],
      ["integrations.insert", integrations.insert(asked, changed)],
      [
        "integrations.update",
        Effect.andThen(integrations.findForUpdate(asked, integration.id), integrations.update(asked, changed))
      ],
      ["tokens.put", tokens.put(asked, next, noPlan)],
      ["tokens.acquireLease", tokens.acquireLease(asked, integration.id, lease)],
      ["tokens.commitRefresh", tokens.commitRefresh(asked, next, "a stranger", noPlan)],
      ["tokens.destroy", tokens.destroy(asked, token.integrationId)],
      ["authorizations.park", authorizations.park(asked, authorized, { code: aCiphertext(), completionHash: aHash() })],
      [
        "authorizations.finish",
        authorizations.finish(asked, Result.getOrThrow(Authorizations.expire({ ...authorization, owner: asked })))
      ],
      [
        "consents.withdrawAll",
        consents.withdrawAll(asked, integration.id, { at: authorization.createdAt, cause: "user" })
      ],
      ["outbox.settle", outbox.settle(asked, revocation.id)],
      ["outbox.postpone", outbox.postpone(asked, revocation.id, over)]
    ]
  })

export const isolationContract = contract<PersistencePorts>("Isolation of users", (it) => {
  it.effect("a user finds none of another's rows, in the same tenant or under the same name in another", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const everything = yield* writeEverything(aScope())
      for (const stranger of strangersTo(everything.owner)) {
        for (const [name, look] of yield* looks(everything, stranger)) {
          assert.isTrue(isEmpty(yield* units.forUser(stranger, look)), name)
          assert.isTrue(isEmpty(yield* units.acrossUsers(look)), `${name} across users`)
        }
      }
    })
  )

  it.effect("a user changes none of another's rows", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const everything = yield* writeEverything(aScope())
      for (const stranger of strangersTo(everything.owner)) {
        for (const [name, write] of yield* writes(everything, stranger)) {
          yield* Effect.exit(units.forUser(stranger, write))
          assert.deepStrictEqual(yield* whatIsThere(everything), all, name)
        }
      }
    })
  )

  it.effect("a unit of one user sees no row of another, even when it is asked for", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const everything = yield* writeEverything(aScope())
      for (const stranger of strangersTo(everything.owner)) {
        for (const [name, look] of yield* looks(everything, everything.owner)) {
          const exit = yield* Effect.exit(units.forUser(stranger, look))
          assert.isTrue(Exit.isFailure(exit) || isEmpty(exit.value), name)
        }
      }
    })
  )

  it.effect("a unit of one user writes no row of another, even when it is told to", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const everything = yield* writeEverything(aScope())
      const { owner } = everything
      for (const stranger of strangersTo(owner)) {
        for (const [name, write] of yield* writes(everything, owner)) {
          yield* Effect.exit(units.forUser(stranger, write))
          assert.deepStrictEqual(yield* whatIsThere(everything), all, name)
        }
        const planted = anIntegration(owner)
        yield* Effect.exit(units.forUser(stranger, integrations.insert(owner, planted)))
        yield* Effect.exit(units.forUser(stranger, integrations.insert(stranger, planted)))
        assert.isTrue(Option.isNone(yield* integrations.find(owner, planted.id)))
      }
    })
  )

  it.effect("a unit of one user takes no row of another by what works across users", () =>
    Effect.gen(function* () {
      const { authorizations, integrations, outbox, units } = yield* persistence
      const everything = yield* writeEverything(aScope(), { reverifyAt: Option.some(DateTime.makeUnsafe(0)) })
      const { integration, owner, stateHash } = everything
      for (const stranger of strangersTo(owner)) {
        const state = yield* Effect.exit(units.forUser(stranger, authorizations.consumeStateAcrossUsers(stateHash)))
        assert.isTrue(Exit.isFailure(state) || Option.isNone(state.value))
        const claim = yield* Effect.exit(units.forUser(stranger, outbox.claimDueAcrossUsers(10_000, over)))
        assert.isTrue(
          Exit.isFailure(claim) || claim.value.every(({ integrationId }) => integrationId !== integration.id)
        )
        const due = yield* Effect.exit(units.forUser(stranger, integrations.claimUnverifiedAcrossUsers(10_000, over)))
        assert.isTrue(Exit.isFailure(due) || due.value.every(({ id }) => id !== integration.id))
      }
      assert.isTrue(Option.isSome(yield* authorizations.consumeStateAcrossUsers(stateHash)))
    })
  )

  it.effect("a unit within one of another scope is a defect, and nothing is written", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const owner = aScope()
      for (const stranger of strangersTo(owner)) {
        const nestings = [
          [units.forUser(stranger, Effect.void), <A, E, R>(work: Effect.Effect<A, E, R>) => units.forUser(owner, work)],
          [units.acrossUsers(Effect.void), <A, E, R>(work: Effect.Effect<A, E, R>) => units.forUser(owner, work)],
          [units.forUser(stranger, Effect.void), units.acrossUsers]
        ] as const
        for (const [inner, outer] of nestings) {
          const written = yield* Deferred.make<Everything>()
          const work = writeEverything(owner).pipe(
            Effect.tap((everything) => Deferred.succeed(written, everything)),
            Effect.andThen(inner)
          )
          assertDefect(yield* Effect.exit(outer(work)))
          assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(written)), nothing)
        }
      }
    })
  )

  it.effect("a unit across users sees and writes the rows of several, all or none", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const [ada, bob] = [aScope(), aScope()]
      const before = yield* writeEverything(ada)
      const written = yield* Deferred.make<Everything>()
      const work = Effect.gen(function* () {
        assert.isTrue(Option.isSome(yield* integrations.find(ada, before.integration.id)))
        const ofBob = yield* writeEverything(bob)
        yield* Deferred.succeed(written, ofBob)
        return { ofAda: yield* writeEverything(ada), ofBob }
      })
      yield* Effect.flip(units.acrossUsers(Effect.andThen(work, Effect.fail("refused"))))
      assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(written)), nothing)
      const { ofAda, ofBob } = yield* units.acrossUsers(work)
      assert.deepStrictEqual(yield* whatIsThere(ofAda), all)
      assert.deepStrictEqual(yield* whatIsThere(ofBob), all)
    })
  )
})
