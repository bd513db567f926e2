import { RepositoryUnavailable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Option, Result } from "effect"
import { globSync, readFileSync } from "node:fs"
import { Faults, storageDown } from "../application/Faults.ts"
import { stored } from "../application/Journey.ts"
import { joinInTime } from "../application/Time.ts"
import { recorded } from "../fakes/InMemoryAuditTrail.ts"
import type { Rows } from "../fakes/Rows.ts"
import { applicationLayer, changes } from "./AuditedChanges.ts"

const sources = "packages/application/src/"

/** How often each file of the application records events. */
const sites = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    globSync(`${sources}**/*.ts`).flatMap((path) => {
      const found = readFileSync(path, "utf8").match(/\b(?:chronicle|audit)\.record(?:Alone)?\(/g) ?? []
      const site = path.replaceAll("\\", "/").slice(sources.length, -".ts".length)
      // Hands on what the others record
      return found.length === 0 || site === "access/Chronicle" ? [] : [[site, found.length]]
    })
  )

/** What would be an effect: all that is stored, but for who works at it, until when, and a state, which whoever brings it spends. */
const effects = (rows: Rows) => ({
  ...rows,
  events: [],
  integrations: HashMap.map(rows.integrations, (row) => ({ ...row, reverifyAt: Option.none() })),
  tokens: HashMap.map(rows.tokens, ({ inDoubt, token }) => ({ inDoubt, token })),
  authorizations: HashMap.map(rows.authorizations, (row) => ({ ...row, claim: undefined, stateHash: undefined })),
  revocations: HashMap.map(rows.revocations, ({ revocation }) => ({ ...revocation, attempts: 0 })),
  erasures: HashMap.map(rows.erasures, ({ erasure }) => erasure)
})

const inApplication = Effect.provide(applicationLayer, { local: true })

/** The tests of row 54. */
export const auditFailure = () =>
  describe("E. Audit trail: what cannot be written", () => {
    it("row 54: has a test for each place of the application that records an event", () => {
      const tested: Record<string, number> = {}
      for (const { site } of Object.values(changes)) tested[site] = (tested[site] ?? 0) + 1
      assert.deepStrictEqual(tested, sites())
    })

    for (const [name, { action, isInBackground, prepare }] of Object.entries(changes)) {
      it.effect(`row 54: lets nobody ${name} while no event can be written, and nothing has changed`, () =>
        Effect.gen(function* () {
          const faults = yield* Faults
          const attempt = yield* prepare
          const before = yield* stored
          const events = yield* recorded
          for (const operation of ["AuditTrail.record", "AuditTrail.recordAlone"]) {
            yield* faults.every(operation, storageDown)
          }
          const failed = yield* joinInTime(yield* Effect.forkChild(Effect.result(attempt)))
          if (isInBackground !== true) {
            assert.isTrue(Result.isFailure(failed) && failed.failure instanceof RepositoryUnavailable)
          }
          assert.deepStrictEqual(effects(yield* stored), effects(before))
          assert.deepStrictEqual(yield* recorded, events)
        }).pipe(inApplication)
      )

      it.effect(`row 54: writes ${action} where somebody may ${name}`, () =>
        Effect.gen(function* () {
          const attempt = yield* prepare
          const { length } = yield* recorded
          yield* Effect.exit(attempt)
          assert.strictEqual((yield* recorded)[length]?.action, action)
        }).pipe(inApplication)
      )
    }
  })
