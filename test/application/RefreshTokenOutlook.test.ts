import {
  IntegrationRepository,
  ListIntegrations,
  type RegisteredProvider,
  UnitOfWork
} from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, anAnswer, authorize, byAda, complete, connect } from "./Journey.ts"
import { variant } from "./Providers.ts"
import { inApplicationOf, layerOf } from "./TestApplication.ts"
import { disconnect, find, refresh, refreshesTo } from "./Tokens.ts"

const aDay = 24 * 60 * 60
const after = (days: number) => DateTime.makeUnsafe(days * aDay * 1000)
const pass = (days: number) => TestClock.adjust(Duration.days(days))

const sixMonths = { code: "unused", since: "unused", seconds: 180 * aDay, text: "Ends when nobody uses it." } as const
const aYear = { code: "year", since: "authorization", seconds: 365 * aDay, text: "Ends after a year." } as const
const aWeek = { code: "week", since: "authorization", seconds: 7 * aDay, text: "Ends after a week." } as const

const provider = (id: string, refreshTokens: ProviderDefinition["refreshTokens"]): RegisteredProvider =>
  variant(id, { refreshTokens })

const inAll = inApplicationOf(
  provider("plain", { rotation: "static" }),
  provider("year", { rotation: "static", lifetimes: [aYear] }),
  provider("unused", { rotation: "static", lifetimes: [sixMonths] }),
  provider("several", { rotation: "static", lifetimes: [aYear, sixMonths, aWeek] }),
  provider("few", { rotation: "static", mostForAccount: 10 }),
  provider("none", false)
)

const warningsOf = (integration: Pick<Integration, "id">) => Effect.map(find(integration), ({ warnings }) => warnings)

const codesOf = (integration: Pick<Integration, "id">) =>
  Effect.map(warningsOf(integration), (warnings) => warnings.map(({ code }) => code))

const endOf = (integration: Pick<Integration, "id">) =>
  Effect.map(warningsOf(integration), (warnings) => {
    const end = warnings.find(({ code }) => code === "refresh_token_expires")
    return end === undefined ? undefined : [Option.getOrUndefined(end.at), end.text]
  })

describe("What is to be expected of a refresh token", () => {
  it.effect("is nothing where no rule says when it ends", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "plain" })
      yield* pass(3650)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
    }).pipe(inAll)
  )

  it.effect("is told a month before it ends, so long after the authorization", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "year" })
      yield* pass(334)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
      yield* pass(1)
      assert.deepStrictEqual(yield* endOf(integration), [after(365), aYear.text])
      yield* pass(40)
      assert.deepStrictEqual(yield* endOf(integration), [after(365), aYear.text])
    }).pipe(inAll)
  )

  it.effect("is not put off by a refresh, and is by a new authorization", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "year" })
      yield* pass(350)
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* endOf(integration), [after(365), aYear.text])
      yield* connect({}, { provider: "year" })
      assert.deepStrictEqual(yield* warningsOf(integration), [])
    }).pipe(inAll)
  )

  it.effect("is told of one that nobody uses in the last quarter of its life, until somebody does", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "unused" })
      yield* pass(134)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
      yield* pass(1)
      assert.deepStrictEqual(yield* endOf(integration), [after(180), sixMonths.text])
      yield* refreshesTo({})
      yield* refresh(integration)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
      yield* pass(135)
      assert.deepStrictEqual(yield* endOf(integration), [after(135 + 180), sixMonths.text])
    }).pipe(inAll)
  )

  it.effect("is the first of several ends, which is told at once where it is near", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "several" })
      assert.deepStrictEqual(yield* endOf(integration), [after(7), aWeek.text])
      assert.lengthOf(yield* warningsOf(integration), 1)
    }).pipe(inAll)
  )

  it.effect("is what the provider itself told, where that comes first", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshExpiresIn: Option.some(Duration.days(90)) }, { provider: "year" })
      yield* pass(59)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
      yield* pass(1)
      const [at, text] = (yield* endOf(integration)) ?? assert.fail("no warning")
      assert.deepStrictEqual(at, after(90))
      assert.match(String(text), /provider/)
      const later = yield* connect({ refreshExpiresIn: Option.some(Duration.days(900)) }, { provider: "year" })
      assert.strictEqual(later.id, integration.id)
      yield* pass(350)
      assert.deepStrictEqual(yield* endOf(integration), [after(60 + 365), aYear.text])
    }).pipe(inAll)
  )

  it.effect("is that access ends with the access token where none came", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() }, { provider: "several" })
      const warnings = yield* warningsOf(integration)
      assert.deepStrictEqual(yield* codesOf(integration), ["refresh_token_missing"])
      assert.deepStrictEqual(warnings[0]?.at, Option.some(DateTime.makeUnsafe(60 * 60 * 1000)))
      yield* connect({ refreshToken: Option.none(), expiresIn: Option.none() }, { provider: "several" })
      assert.deepStrictEqual((yield* warningsOf(integration))[0]?.at, Option.none())
    }).pipe(inAll)
  )

  it.effect("is nothing where the provider issues none", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() }, { provider: "none" })
      assert.deepStrictEqual(yield* warningsOf(integration), [])
    }).pipe(inAll)
  )

  it.effect("is nothing of a disconnected integration", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.always(() => Effect.succeed("revoked"))
      const integration = yield* connect({}, { provider: "several" })
      yield* disconnect(integration)
      assert.deepStrictEqual(yield* warningsOf(integration), [])
    }).pipe(inAll)
  )

  it.effect(
    "is that the oldest is dropped, where the account was authorized nearly as often as the provider bears",
    () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { provider: "few" })
        const authorizedOften = (authorizations: number) =>
          Effect.gen(function* () {
            const integrations = yield* IntegrationRepository
            const found = Option.getOrThrow(yield* integrations.findForUpdate(ada, integration.id))
            yield* integrations.update(ada, { ...found, authorizations })
          }).pipe((work) => UnitOfWork.use((units) => units.forUser(ada, work)))
        yield* authorizedOften(8)
        assert.deepStrictEqual(yield* warningsOf(integration), [])
        yield* authorizedOften(9)
        const [warning] = yield* warningsOf(integration)
        assert.deepInclude(warning, { code: "refresh_token_limit", at: Option.none() })
        assert.match(warning?.text ?? "", /9 times.*10 refresh tokens/)
        yield* authorizedOften(30)
        assert.deepStrictEqual(yield* codesOf(integration), ["refresh_token_limit"])
      }).pipe(inAll)
  )

  it.effect("is told when the integration is connected, and in lists", () =>
    Effect.gen(function* () {
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer()))
      const completed = yield* complete(yield* authorize({ provider: "several" }))
      assert.deepStrictEqual(
        completed.warnings.map(({ code }) => code),
        ["refresh_token_expires"]
      )
      const listed = yield* ListIntegrations.use((useCase) =>
        useCase.list(
          byAda,
          ada,
          { provider: Option.none(), status: Option.none() },
          { limit: 10, after: Option.none() }
        )
      )
      assert.deepStrictEqual(
        listed.data.map(({ warnings }) => warnings),
        [completed.warnings]
      )
    }).pipe(inAll)
  )

  const loaded = [provider("several", { rotation: "static", lifetimes: [aWeek] })]

  it.effect("is unknown where the plugin is no longer loaded", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "several" })
      assert.deepStrictEqual(yield* codesOf(integration), ["refresh_token_expires"])
      loaded.pop()
      assert.deepStrictEqual(yield* warningsOf(integration), [])
    }).pipe(Effect.provide(layerOf(loaded), { local: true }))
  )
})
