import type { Caller } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option, Stream } from "effect"
import { requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { type AuditLine, type AuditPeriod, AuditRecords } from "../ports/AuditRecords.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"

const pageSize = 1000

type ReadPage = (after: number, limit: number) => Effect.Effect<ReadonlyArray<AuditLine>, RepositoryUnavailable>

/** A page is read when the one before it has been taken. */
const linesOf = (read: ReadPage): Stream.Stream<string, RepositoryUnavailable> =>
  Stream.paginate(0, (after) =>
    Effect.map(read(after, pageSize), (page) => {
      const last = page.length < pageSize ? undefined : page.at(-1)
      return [
        page.map(({ text }) => `${text}\n`),
        last === undefined ? Option.none<number>() : Option.some(last.key)
      ] as const
    })
  )

/** Gives sealed events as lines of JSON. */
export class ExportAuditTrail extends Context.Service<ExportAuditTrail>()(
  "@oauth-manager/application/use-cases/ExportAuditTrail",
  {
    make: Effect.gen(function* () {
      const records = yield* AuditRecords
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      return {
        /** Those of the caller's tenant, by sequence. */
        ofTenant: Effect.fn("ExportAuditTrail.ofTenant")(function* (caller: Caller, period: AuditPeriod) {
          yield* requirePermission(caller, "audit:read")
          const event = yield* journal.byCaller(caller, caller.scope, {
            action: "audit.exported",
            object: { type: "audit", id: "events" },
            outcome: "success"
          })
          yield* chronicle.record(event)
          return linesOf((after, limit) => records.lines(caller.scope, period, after, limit))
        }),

        /** The whole chain, for whoever runs the deployment. */
        forOperator: (period: AuditPeriod) => linesOf((after, limit) => records.linesAcrossUsers(period, after, limit))
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
