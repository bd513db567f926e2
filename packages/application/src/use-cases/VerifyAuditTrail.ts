import type { Caller } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { AuditChain, type AuditRange } from "../ports/AuditChain.ts"

/** What an answer over HTTP lists at most. */
const mostFaults = 100

/** Looks whether the trail is what was written, and where it is not. */
export class VerifyAuditTrail extends Context.Service<VerifyAuditTrail>()(
  "@oauth-manager/application/use-cases/VerifyAuditTrail",
  {
    make: Effect.gen(function* () {
      const chain = yield* AuditChain
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      return {
        verify: Effect.fn("VerifyAuditTrail.verify")(function* (caller: Caller) {
          yield* requirePermission(caller, "audit:read")
          const found = yield* chain.verify({}, mostFaults)
          const event = yield* journal.byCaller(caller, caller.scope, {
            action: "audit.verified",
            object: { type: "audit", id: "chain" },
            ...(found.faultCount === 0
              ? { outcome: "success" as const }
              : { outcome: "failure" as const, reason: "faults_found" })
          })
          yield* chronicle.record(event)
          return found
        }),

        forOperator: (range: AuditRange) => chain.verify(range, 10_000)
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
