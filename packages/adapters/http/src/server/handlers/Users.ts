import { EraseUser, ExportUser } from "@oauth-manager/application"
import { Effect, Option, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { actedFor } from "../request/ActedFor.ts"
import { decodeCursor } from "../request/Cursor.ts"
import { erasureView } from "../views/ErasureView.ts"
import { userExportView } from "../views/UserExportView.ts"

const Sequence = Schema.String.check(Schema.isPattern(/^[1-9][0-9]{0,14}$/))

export const layer = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fnUntraced(function* (handlers) {
    const exporting = yield* ExportUser
    const erasing = yield* EraseUser
    return handlers.handleAll({
      export: Effect.fnUntraced(function* ({ params, query }) {
        const caller = yield* CurrentCaller
        const after = Option.map(yield* decodeCursor(Sequence, query.cursor), Number)
        return userExportView(yield* exporting.export(caller, actedFor(caller, params.user), after))
      }, refusing),
      erase: Effect.fnUntraced(function* ({ params }) {
        const caller = yield* CurrentCaller
        return erasureView(yield* erasing.erase(caller, actedFor(caller, params.user)))
      }, refusing)
    })
  })
)
