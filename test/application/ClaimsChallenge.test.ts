import { GrantRefused } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { connect, start } from "./Journey.ts"
import { calendar, identity, incremental, notes, providers, variant } from "./Providers.ts"
import { connectFor, mail, videos } from "./SharedGrant.ts"
import { inApplication, inApplicationOf } from "./TestApplication.ts"
import { refresh } from "./Tokens.ts"

const wanted = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const other = '{"id_token":{"auth_time":{"essential":true}}}'

const lastRequest = Effect.gen(function* () {
  const { begin } = yield* ScriptedOAuthClient
  const call = (yield* begin.calls).at(-1)
  return call === undefined ? assert.fail("the provider was not asked") : call[1]
})

const refuse = Effect.fnUntraced(function* (integration: Integration, options: { readonly tokenWorks: boolean }) {
  const client = yield* ScriptedOAuthClient
  const { provider } = integration
  yield* client.introspect.next(Effect.succeed(Option.some(options.tokenWorks)))
  yield* client.refresh.next(
    Effect.fail(new GrantRefused({ provider, claims: wanted })),
    Effect.fail(new GrantRefused({ provider, claims: wanted }))
  )
  yield* Effect.flip(refresh(integration))
})

const again = ({ id, provider }: Integration, input: Parameters<typeof start>[0] = {}) =>
  start({ provider, integrationId: Option.some(id), ...input })

describe("StartAuthorization, with what the provider wants", () => {
  for (const tokenWorks of [true, false]) {
    it.effect(`asks for what the refusal wanted, of an integration ${tokenWorks ? "that works" : "that ended"}`, () =>
      Effect.gen(function* () {
        const integration = yield* connect()
        yield* refuse(integration, { tokenWorks })
        yield* again(integration)
        assert.deepInclude(yield* lastRequest, { claims: Option.some(wanted), needsRefreshToken: true })
      }).pipe(inApplication)
    )
  }

  it.effect("asks for what the caller names, rather than what the integration knows", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refuse(integration, { tokenWorks: false })
      yield* again(integration, { claims: Option.some(other) })
      assert.deepStrictEqual((yield* lastRequest).claims, Option.some(other))
    }).pipe(inApplication)
  )

  it.effect("asks for what the caller names for a new account, too", () =>
    Effect.gen(function* () {
      yield* start({ claims: Option.some(other) })
      assert.deepStrictEqual((yield* lastRequest).claims, Option.some(other))
    }).pipe(inApplication)
  )

  it.effect("asks for nothing more once the account was authorized again", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refuse(integration, { tokenWorks: false })
      yield* connect()
      yield* again(integration)
      assert.deepInclude(yield* lastRequest, { claims: Option.none(), needsRefreshToken: false })
    }).pipe(inApplication)
  )

  it.effect("asks for all that the grant should hold where the provider refuses to renew it", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "incremental", scopes: notes })
      yield* refuse(integration, { tokenWorks: true })
      const { authorization } = yield* again(integration, { scopes: calendar })
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...calendar, ...notes])
      assert.deepInclude(yield* lastRequest, { incremental: false, needsRefreshToken: true })
    }).pipe(inApplication)
  )
})

describe("StartAuthorization, for an integration of a grant that plugins share", () => {
  const extensible = [mail, videos].map(({ definition }) =>
    variant(definition.id, { ...definition, incrementalAuthorization: true })
  )

  it.effect("asks for all again, so that nothing of the other plugin's comes with it", () =>
    Effect.gen(function* () {
      const letters = yield* connectFor("ada", "mail")
      yield* connectFor("ada", "videos")
      const { authorization } = yield* again(letters, { scopes: calendar })
      assert.isFalse(authorization.incremental)
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...calendar, ...notes])
      assert.isFalse((yield* lastRequest).incremental)
    }).pipe(inApplicationOf(...extensible))
  )

  it.effect("adds to the grant while the person has connected nothing else that shares it", () =>
    Effect.gen(function* () {
      const letters = yield* connectFor("ada", "mail")
      assert.isTrue((yield* again(letters, { scopes: calendar })).authorization.incremental)
    }).pipe(inApplicationOf(...extensible))
  )

  it.effect("adds to the grant where no other plugin of the deployment shares it", () =>
    Effect.gen(function* () {
      const letters = yield* connectFor("ada", "mail")
      assert.isTrue((yield* again(letters, { scopes: calendar })).authorization.incremental)
      const integration = yield* connect({}, { provider: "incremental" })
      assert.isTrue((yield* again(integration, { scopes: calendar })).authorization.incremental)
    }).pipe(inApplicationOf(...extensible.slice(0, 1), incremental))
  )

  it.effect("adds to a grant that other plugins have no part in", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "incremental" })
      assert.isTrue((yield* again(integration, { scopes: calendar })).authorization.incremental)
    }).pipe(inApplicationOf(...extensible, ...providers))
  )
})
