import { type Caller, isSameScope, type UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { requireAccess, requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { type AuditFilter, type AuditPage, type AuditRecord, AuditRecords } from "../ports/AuditRecords.ts"

/** Shows the audit trail: to users what is about them, to auditors what is of their tenant. That somebody else read it is on the trail itself. */
export class ListAuditEvents extends Context.Service<ListAuditEvents>()(
  "@oauth-manager/application/use-cases/ListAuditEvents",
  {
    make: Effect.gen(function* () {
      const records = yield* AuditRecords
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      /** That somebody read it is about whom they read of, if the trail knows them; nobody becomes known by being asked for. */
      const note = Effect.fnUntraced(function* (
        caller: Caller,
        user: Option.Option<UserScope>,
        [record]: ReadonlyArray<AuditRecord>
      ) {
        const known = Option.filter(user, () => record !== undefined)
        const event = yield* journal.byCaller(
          caller,
          Option.getOrElse(known, () => caller.scope),
          { action: "audit.read", object: { type: "audit", id: "events" }, outcome: "success" }
        )
        yield* chronicle.record(event)
      })

      return {
        ofUser: Effect.fn("ListAuditEvents.ofUser")(function* (caller: Caller, user: UserScope, page: AuditPage) {
          yield* requireAccess(caller, user, "integrations:read")
          const found = yield* records.ofUser(user, {}, page)
          if (!isSameScope(caller.scope, user)) yield* note(caller, Option.some(user), found)
          return found
        }),

        ofTenant: Effect.fn("ListAuditEvents.ofTenant")(function* (
          caller: Caller,
          user: Option.Option<UserScope>,
          filter: AuditFilter,
          page: AuditPage
        ) {
          yield* requirePermission(caller, "audit:read")
          const found = yield* Option.match(user, {
            onNone: () => records.ofTenant(caller.scope, filter, page),
            onSome: (about) => records.ofUser(about, filter, page)
          })
          yield* note(caller, user, found)
          return found
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
