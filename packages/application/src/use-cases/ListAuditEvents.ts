import type { Caller, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { requireAccess, requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { type AuditFilter, type AuditPage, AuditRecords } from "../ports/AuditRecords.ts"

/** Shows the audit trail: to users what is about them, to auditors what is of their tenant, which is on the trail itself. */
export class ListAuditEvents extends Context.Service<ListAuditEvents>()(
  "@oauth-manager/application/use-cases/ListAuditEvents",
  {
    make: Effect.gen(function* () {
      const records = yield* AuditRecords
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      return {
        ofUser: Effect.fn("ListAuditEvents.ofUser")(function* (caller: Caller, user: UserScope, page: AuditPage) {
          yield* requireAccess(caller, user, "integrations:read")
          return yield* records.ofUser(user, {}, page)
        }),

        ofTenant: Effect.fn("ListAuditEvents.ofTenant")(function* (
          caller: Caller,
          user: Option.Option<UserScope>,
          filter: AuditFilter,
          page: AuditPage
        ) {
          yield* requirePermission(caller, "audit:read")
          const event = yield* journal.byCaller(caller, caller.scope, {
            action: "audit.read",
            object: { type: "audit", id: "events" },
            outcome: "success"
          })
          yield* chronicle.record(event)
          return yield* Option.match(user, {
            onNone: () => records.ofTenant(caller.scope, filter, page),
            onSome: (about) => records.ofUser(about, filter, page)
          })
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
