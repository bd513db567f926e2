import type { Caller } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requirePermission } from "../access/Access.ts"
import { KeyReport } from "../keys/KeyReport.ts"

/** Shows the key-encryption keys, how many data keys each wraps, and how far a rotation has come. */
export class ListKeys extends Context.Service<ListKeys>()("@oauth-manager/application/use-cases/ListKeys", {
  make: Effect.map(KeyReport, ({ read }) => ({
    list: Effect.fn("ListKeys.list")(function* (caller: Caller) {
      yield* requirePermission(caller, "keys:write")
      return yield* read
    }),
    /** For the operator at the command line, who has the keys. */
    listForOperator: read
  }))
}) {
  static readonly layer = Layer.effect(this, this.make)
}
