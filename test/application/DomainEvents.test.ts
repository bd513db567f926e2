import {
  ActivateFeature,
  DeactivateFeature,
  GrantRefused,
  ProviderUnavailable,
  ReplayJournal,
  RetryRevocations,
  WithdrawConsent
} from "@oauth-manager/application"
import type { DomainEventType } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, HashMap, type Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { anAccount, aTokenAnswer, features } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { erase } from "./Erasing.ts"
import { type Failure, Faults, storageDown } from "./Faults.ts"
import { ada, anAnswer, authorize, byAda, complete, connect, stored } from "./Journey.ts"
import { calendar, identity, notes, providers } from "./Providers.ts"
import { confirmed, connectFor, mail, videos } from "./SharedGrant.ts"
import { inApplicationOf, type layerOf } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { assertToldAll, told } from "./Told.ts"
import { disconnect, refresh, refreshesTo } from "./Tokens.ts"
import { connectAMonthAgo, identifiesAs, loaded, verifyDue } from "./Verification.ts"

const inEvery = inApplicationOf(...providers, ...loaded(), mail, videos)

const client = ScriptedOAuthClient

const refreshesAlways = Effect.flatMap(client, ({ refresh }) => refresh.always(() => Effect.sync(() => aTokenAnswer())))

const refusesAlways = Effect.flatMap(client, ({ refresh }) =>
  refresh.always(() => Effect.fail(new GrantRefused({ provider: "sandbox" })))
)

const revokes = Effect.flatMap(client, ({ revoke }) => revoke.always(() => Effect.succeed("revoked")))

const revokesNothing = Effect.flatMap(client, ({ revoke }) =>
  revoke.always(() =>
    Effect.fail(new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() }))
  )
)

/** Ada comes back, and her code is redeemed for this answer however often it is presented. */
const authorizeTo = Effect.fnUntraced(function* (answer: Parameters<typeof anAnswer>[0] = {}) {
  const { exchange } = yield* client
  const answered = anAnswer(answer)
  yield* exchange.always(() => Effect.succeed(answered))
  return yield* authorize()
})

const widened = { scopes: Option.some([...identity, ...notes, ...calendar]) }

const note = features("sandbox.notes.read")[0] ?? assert.fail("no feature")

const withNotes = connect({}, { features: [note], scopes: [] })

const switchOff = DeactivateFeature.use((useCase) => useCase.deactivate(byAda, ada, note))

const switchOn = ActivateFeature.use((useCase) =>
  useCase.activate(byAda, ada, note, {
    provider: Option.some("sandbox"),
    integrationId: Option.none(),
    returnTo,
    loginHint: Option.none(),
    text: Option.none(),
    bindsBrowser: false
  })
)

type Running = Layer.Success<ReturnType<typeof layerOf>>

interface Journey {
  readonly name: string
  readonly tells: ReadonlyArray<DomainEventType>
  /** What comes before, and then gives the act to be told of. */
  readonly arrange: Effect.Effect<Effect.Effect<unknown, unknown, Running>, unknown, Running>
}

const journeys: ReadonlyArray<Journey> = [
  {
    name: "a first connection",
    tells: ["integration.connected", "consent.granted"],
    arrange: Effect.map(authorizeTo(), (authorized) => complete(authorized))
  },
  {
    name: "a connection anew",
    tells: ["integration.reconnected", "consent.granted"],
    arrange: Effect.map(Effect.andThen(connect(), authorizeTo()), (authorized) => complete(authorized))
  },
  {
    name: "a grant that is wider than was asked for",
    tells: ["scope.escalation_refused"],
    arrange: Effect.map(Effect.andThen(revokes, authorizeTo(widened)), (authorized) => complete(authorized))
  },
  {
    name: "a refresh",
    tells: ["integration.refreshed"],
    arrange: Effect.map(Effect.tap(connect(), refreshesAlways), (integration) => refresh(integration))
  },
  {
    name: "a refresh that widens the grant",
    tells: ["integration.refreshed", "scope.escalation_refused", "integration.reauthorization_required"],
    arrange: Effect.map(Effect.tap(connect(), refreshesTo(widened)), (integration) => refresh(integration))
  },
  {
    name: "a refresh that the provider refuses",
    tells: ["integration.reauthorization_required"],
    arrange: Effect.map(Effect.tap(connect(), refusesAlways), (integration) => refresh(integration))
  },
  {
    name: "an answer that waited in the journal",
    tells: ["integration.refreshed"],
    arrange: Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* refreshesAlways
      yield* faults.every("TokenRepository.commitRefresh", storageDown)
      yield* joinInTime(yield* Effect.forkChild(Effect.flip(refresh(integration))), "1 second")
      yield* faults.mend("TokenRepository.commitRefresh")
      return ReplayJournal.use((useCase) => useCase.replay())
    })
  },
  {
    name: "an account that is another's when it is verified",
    tells: ["integration.refreshed", "integration.reauthorization_required"],
    arrange: Effect.gen(function* () {
      yield* connectAMonthAgo()
      yield* refreshesAlways
      yield* identifiesAs(Option.some(anAccount()))
      return verifyDue
    })
  },
  {
    name: "a disconnection",
    tells: ["consent.withdrawn", "consent.withdrawn", "integration.disconnected"],
    arrange: Effect.gen(function* () {
      yield* connect()
      yield* revokes
      const integration = yield* connect()
      return disconnect(integration)
    })
  },
  {
    name: "the end of a grant that integrations share",
    tells: ["integration.reauthorization_required", "consent.withdrawn", "integration.disconnected"],
    arrange: Effect.gen(function* () {
      yield* revokes
      const letters = yield* connectFor("ada", "mail")
      yield* connectFor("ada", "videos")
      return disconnect(letters, byAda, ada, confirmed)
    })
  },
  {
    name: "a disconnection while the provider is down",
    tells: ["consent.withdrawn", "integration.disconnected"],
    arrange: Effect.map(Effect.tap(connect(), revokesNothing), (integration) => disconnect(integration))
  },
  {
    name: "a connection for a feature",
    tells: ["integration.connected", "consent.granted", "consent.granted", "feature.activated"],
    arrange: Effect.gen(function* () {
      const { exchange } = yield* client
      const answered = anAnswer()
      yield* exchange.always(() => Effect.succeed(answered))
      return complete(yield* authorize({ features: [note], scopes: [] }))
    })
  },
  {
    name: "a feature that moves to another account",
    tells: ["integration.connected", "feature.deactivated", "consent.granted", "consent.granted", "feature.activated"],
    arrange: Effect.gen(function* () {
      yield* withNotes
      const { exchange } = yield* client
      const answered = anAnswer({ account: anAccount() })
      yield* exchange.always(() => Effect.succeed(answered))
      return complete(yield* authorize({ features: [note], scopes: [] }))
    })
  },
  {
    name: "a feature that is switched off",
    tells: ["feature.deactivated"],
    arrange: Effect.as(withNotes, switchOff)
  },
  {
    name: "a feature that is switched on again",
    tells: ["feature.activated"],
    arrange: Effect.as(Effect.andThen(withNotes, switchOff), switchOn)
  },
  {
    name: "the withdrawal of one of several consents",
    tells: ["consent.withdrawn", "feature.deactivated"],
    arrange: Effect.gen(function* () {
      yield* withNotes
      const all = HashMap.toValues((yield* stored).consents)
      const { id } = all.find(({ feature }) => Option.isSome(feature)) ?? assert.fail("no consent")
      return WithdrawConsent.use((useCase) => useCase.withdraw(byAda, ada, id, { confirmsShared: false }))
    })
  },
  {
    name: "the disconnection of an account that serves a feature",
    tells: ["feature.deactivated", "consent.withdrawn", "consent.withdrawn", "integration.disconnected"],
    arrange: Effect.gen(function* () {
      const integration = yield* withNotes
      yield* revokes
      return disconnect(integration)
    })
  },
  {
    name: "an erasure that waits for the provider",
    tells: [
      "feature.deactivated",
      "consent.withdrawn",
      "consent.withdrawn",
      "consent.withdrawn",
      "integration.disconnected",
      "integration.disconnected"
    ],
    arrange: Effect.gen(function* () {
      yield* withNotes
      yield* connectFor("ada", "mail")
      yield* revokesNothing
      return erase()
    })
  },
  {
    name: "a revocation that was pending",
    tells: ["integration.disconnected"],
    arrange: Effect.gen(function* () {
      const integration = yield* connect()
      yield* revokesNothing
      yield* disconnect(integration)
      yield* revokes
      yield* TestClock.adjust("1 hour")
      return RetryRevocations.use((useCase) => useCase.retryDue())
    })
  }
]

/** Acts, and lets all that the act began come to its end. */
const run = Effect.fnUntraced(function* (act: Effect.Effect<unknown, unknown, Running>) {
  const exit = yield* joinInTime(yield* Effect.forkChild(Effect.exit(act)))
  assert.isFalse(Exit.hasDies(exit), `${exit}`)
  yield* settle
})

const writes = /^(?!\w+\.(find|list|read|open|ofIntegration))/
const units = /^UnitOfWork\./

/** Acts while a call fails, and then again; answers how many calls the first act took. */
const runFailing = Effect.fnUntraced(function* ({ arrange }: Journey, call: number, among: RegExp, failure: Failure) {
  const faults = yield* Faults
  const act = yield* arrange
  yield* faults.failCall(call, among, failure)
  yield* run(act)
  const calls = yield* faults.calls
  yield* assertToldAll
  yield* run(act)
  yield* assertToldAll
  return calls
}, inEvery)

describe("The events in the outbox", () => {
  for (const journey of journeys) {
    it.effect(`tell of ${journey.name}, in order`, () =>
      Effect.gen(function* () {
        const act = yield* journey.arrange
        const before = yield* told
        yield* run(act)
        const events = (yield* told).slice(before.length)
        assert.deepStrictEqual(
          events.map(({ type }) => type),
          journey.tells
        )
        yield* assertToldAll
      }).pipe(inEvery)
    )

    it.effect(
      `tell of ${journey.name} when it is stored and only then, whatever fails in between`,
      () =>
        Effect.gen(function* () {
          for (const [among, failure] of [
            [writes, "refused"],
            [units, "answer lost"]
          ] as const) {
            const calls = yield* runFailing(journey, 0, among, failure)
            assert.isAtLeast(calls, 1)
            for (let call = 1; call <= calls; call++) yield* runFailing(journey, call, among, failure)
          }
        }),
      120_000
    )
  }
})
