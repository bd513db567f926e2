import type { ScopeDefinition } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { features, scopes } from "../fakes/Samples.ts"
import { connect, start } from "./Journey.ts"
import { identity, notes, variant } from "./Providers.ts"
import { endings } from "./Recorded.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { find, read, refresh, refreshesTo } from "./Tokens.ts"

const prefix = "https://api.test/"
const write = scopes("sandbox.notes.write")
const implying = (scope: ScopeDefinition): ScopeDefinition =>
  scope.value === "sandbox.notes.write" ? { ...scope, implies: notes } : scope

/** Writing implies reading; case and a prefix do not matter; the scopes of the account are never listed. */
const liberal = variant("liberal", {
  scopes: variant("base").definition.scopes.map(implying),
  scopeNames: { ignoreCase: true, prefixes: [prefix], unlisted: identity }
})

const inLiberal = inApplicationOf(liberal)
const provider = "liberal"

describe("A provider that spells scopes as it likes, and whose scopes imply others", () => {
  it.effect("is asked in the catalogue's spelling, however the caller spells", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start({ provider, scopes: scopes(`${prefix}SANDBOX.notes.write`) })
      assert.deepStrictEqual(authorization.requestedScopes, [...identity, ...write])
    }).pipe(inLiberal)
  )

  it.effect("serves features by implied scopes, and denies nothing that it does not list", () =>
    Effect.gen(function* () {
      const integration = yield* connect(
        { scopes: Option.some(scopes(`${prefix}sandbox.NOTES.write`)) },
        { provider, scopes: [], features: features("sandbox.notes.write", "sandbox.notes.read") }
      )
      assert.sameMembers([...integration.grantedScopes], [...identity, ...notes, ...write])
      assert.deepStrictEqual(integration.surplusScopes, [])
      assert.sameMembers([...integration.features], [...features("sandbox.notes.read", "sandbox.notes.write")])
    }).pipe(inLiberal)
  )

  it.effect("is good for what its scopes imply, in any spelling, and for nothing else", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ scopes: Option.some(write) }, { provider, scopes: write })
      for (const asked of ["sandbox.notes.read", `${prefix}sandbox.notes.READ`, "OPENID"]) {
        assert.deepStrictEqual((yield* read(integration, { scopes: scopes(asked) })).warnings, [])
      }
      assert.deepInclude(yield* Effect.flip(read(integration, { scopes: scopes("Sandbox.Calendar.Read") })), {
        _tag: "ScopeNotGranted",
        missing: scopes("sandbox.calendar.read")
      })
    }).pipe(inLiberal)
  )

  it.effect("is not narrowed by a refresh that lists less of what it implies", () =>
    Effect.gen(function* () {
      const integration = yield* connect(
        { scopes: Option.some([...notes, ...write]) },
        { provider, scopes: [...notes, ...write] }
      )
      yield* refreshesTo({ scopes: Option.some(scopes("SANDBOX.NOTES.WRITE")) })
      yield* refresh(integration)
      assert.deepStrictEqual((yield* find(integration)).integration, integration)
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: undefined }])
    }).pipe(inLiberal)
  )

  it.effect("is narrowed by a refresh that lists the implied scope alone", () =>
    Effect.gen(function* () {
      const integration = yield* connect(
        { scopes: Option.some(write) },
        { provider, scopes: notes, features: features("sandbox.notes.write", "sandbox.notes.read") }
      )
      yield* refreshesTo({ scopes: Option.some(notes) })
      yield* refresh(integration)
      const report = yield* find(integration)
      const after = report.integration
      assert.sameMembers([...after.grantedScopes], [...identity, ...notes])
      assert.deepStrictEqual(report.features, features("sandbox.notes.read"))
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: "scopes_narrowed" }])
    }).pipe(inLiberal)
  )
})
