import {
  OAuthClient,
  RefreshJournal,
  RepositoryUnavailable,
  TokenRepository,
  TokenVault,
  UnitOfWork
} from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Option, Redacted } from "effect"
import { afterEach, vi } from "vitest"
import { aJournalEntry, anIntegration, aRegisteredProvider, aScope, aToken, aTokenAnswer } from "../fakes/Samples.ts"
import { type Failpoint, failpoints, layer } from "./Failpoints.ts"

afterEach(() => void vi.restoreAllMocks())

/** Ports that do nothing but say what they did. */
const ports = (done: Array<string>) => {
  const says = <A>(operation: string, answer: A) =>
    Effect.sync(() => {
      done.push(operation)
      return answer
    })
  return Layer.mergeAll(
    Layer.mock(TokenRepository, {
      acquireLease: () =>
        says("TokenRepository.acquireLease", { _tag: "Acquired" as const, inDoubt: false, failures: 0 }),
      commitRefresh: () => Effect.succeed(true)
    }),
    Layer.mock(TokenVault, { open: () => says("TokenVault.open", Redacted.make("secret")) }),
    Layer.mock(OAuthClient, { refresh: () => says("OAuthClient.refresh", aTokenAnswer()) }),
    Layer.mock(RefreshJournal, {
      write: () => says("RefreshJournal.write", undefined),
      remove: () => says("RefreshJournal.remove", undefined)
    }),
    Layer.mock(UnitOfWork, {
      forUser: (_scope, work) => Effect.tap(work, () => says("RefreshCommit", undefined))
    })
  )
}

const owner = aScope()
const integration = anIntegration(owner)
const token = aToken(integration)
const plan = { refreshAt: Option.none(), keepAliveAt: Option.none(), announceAt: Option.none() }

/** What a refresh does, without what it does it for. */
const refresh = Effect.gen(function* () {
  const [tokens, vault, oauth, journal, units] = [
    yield* TokenRepository,
    yield* TokenVault,
    yield* OAuthClient,
    yield* RefreshJournal,
    yield* UnitOfWork
  ]
  yield* tokens.acquireLease(owner, integration.id, { generation: 1, owner: "me", duration: Duration.seconds(30) })
  yield* vault.open(
    { owner, object: integration.id, field: "refresh_token", generation: 1 },
    Sealed.make(new Uint8Array())
  )
  yield* oauth.refresh(aRegisteredProvider(), Redacted.make("token"), [])
  yield* journal.write(aJournalEntry())
  yield* units.forUser(owner, tokens.commitRefresh(owner, token, "me", plan))
  yield* journal.remove(token)
})

/** Refreshes twice in a process whose death is only told of: what was done by then, and how often it died. */
const refreshTwice = Effect.fnUntraced(function* (failpoint: string | undefined, visit: number) {
  const done: Array<string> = []
  const kill = vi.spyOn(process, "kill").mockReturnValue(true)
  const fiber = yield* Effect.forkChild(
    Effect.andThen(refresh, refresh).pipe(Effect.provide(Layer.provideMerge(layer(failpoint, visit), ports(done))))
  )
  for (let turn = 0; turn < 100; turn++) yield* Effect.yieldNow
  yield* Fiber.interrupt(fiber)
  const signals = kill.mock.calls.map(([pid, signal]) => (pid === process.pid ? signal : "elsewhere"))
  vi.restoreAllMocks()
  return { done, signals }
})

const operations = [...new Set(failpoints.map((failpoint) => failpoint.split(":")[0] ?? ""))]

/** What a refresh has done when it comes to the failpoint. */
const doneBefore = (failpoint: Failpoint) => {
  const [operation = "", moment] = failpoint.split(":")
  return operations.slice(0, operations.indexOf(operation) + (moment === "after" ? 1 : 0))
}

describe("a failpoint", () => {
  it("is one of twelve", () => assert.strictEqual(new Set(failpoints).size, 12))

  for (const failpoint of failpoints) {
    it.effect(`kills the process at ${failpoint}, at the visit that was asked for`, () =>
      Effect.gen(function* () {
        const first = yield* refreshTwice(failpoint, 1)
        assert.deepStrictEqual(first, { done: doneBefore(failpoint), signals: ["SIGKILL"] })
        const second = yield* refreshTwice(failpoint, 2)
        assert.deepStrictEqual(second, { done: [...operations, ...doneBefore(failpoint)], signals: ["SIGKILL"] })
      })
    )
  }

  it.effect("is none where none is named, nor where it is not passed often enough", () =>
    Effect.gen(function* () {
      for (const [failpoint, visit] of [
        [undefined, 1],
        ["RefreshCommit:before", 3]
      ] as const) {
        const { done, signals } = yield* refreshTwice(failpoint, visit)
        assert.deepStrictEqual(done, [...operations, ...operations])
        assert.deepStrictEqual(signals, [])
      }
    })
  )

  it.effect("of the commit is passed by no unit of work that stores no refreshed token", () =>
    Effect.gen(function* () {
      const kill = vi.spyOn(process, "kill").mockReturnValue(true)
      const units = yield* UnitOfWork
      const tokens = yield* TokenRepository
      yield* units.forUser(owner, Effect.void)
      yield* Effect.flip(units.forUser(owner, Effect.fail(new RepositoryUnavailable({ operation: "test" }))))
      yield* units.forUser(owner, tokens.commitRefresh(owner, token, "me", plan))
      assert.strictEqual(kill.mock.calls.length, 0)
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          layer("RefreshCommit:before", 1),
          Layer.merge(ports([]), Layer.mock(TokenRepository, { commitRefresh: () => Effect.succeed(false) }))
        )
      )
    )
  )
})
