import { type AuditRecord, ExportAuditTrail, ListAuditEvents, VerifyAuditTrail } from "@oauth-manager/application"
import { type DateTime, Effect, Option, Schema, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { auditEventView, auditVerificationView } from "../views/AuditEventView.ts"

const Sequence = Schema.String.check(Schema.isPattern(/^[1-9][0-9]{0,14}$/))

interface PageQuery {
  readonly limit?: number
  readonly cursor?: string
}

/** One more than is shown tells whether there are more. */
const pageOf = Effect.fnUntraced(function* ({ cursor, limit = defaultLimit }: PageQuery) {
  const before = Option.map(yield* decodeCursor(Sequence, cursor), Number)
  return { limit: limit + 1, before }
})

const shown = ({ limit = defaultLimit }: PageQuery, found: ReadonlyArray<AuditRecord>) => {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    data: page.map(auditEventView),
    next_cursor: last !== undefined && found.length > limit ? encodeCursor(String(last.sequence)) : null
  }
}

interface PeriodQuery {
  readonly from?: DateTime.Utc
  readonly to?: DateTime.Utc
}

const periodOf = ({ from, to }: PeriodQuery) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to })
})

export const layer = HttpApiBuilder.group(
  Api,
  "audit",
  Effect.fnUntraced(function* (handlers) {
    const listing = yield* ListAuditEvents
    const exporting = yield* ExportAuditTrail
    const verifying = yield* VerifyAuditTrail
    return handlers.handleAll({
      ofUser: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const page = yield* pageOf(query)
        return shown(query, yield* listing.ofUser(caller, actedFor(caller, params.user), page))
      }, refusing),
      list: Effect.fnUntraced(function* ({ query }) {
        const caller = yield* CurrentCaller
        const user = Option.map(Option.fromUndefinedOr(query.user), (id) => actedFor(caller, id))
        const filter = { ...periodOf(query), ...(query.action === undefined ? {} : { action: query.action }) }
        return shown(query, yield* listing.ofTenant(caller, user, filter, yield* pageOf(query)))
      }, refusing),
      export: Effect.fnUntraced(function* ({ query }) {
        const lines = yield* exporting.ofTenant(yield* CurrentCaller, periodOf(query))
        return HttpServerResponse.stream(Stream.encodeText(lines), { contentType: "application/x-ndjson" })
      }, refusing),
      verify: Effect.fnUntraced(function* () {
        return auditVerificationView(yield* verifying.verify(yield* CurrentCaller))
      }, refusing)
    })
  })
)
