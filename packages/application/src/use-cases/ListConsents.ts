import type { Caller, ConsentId, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requireAccess } from "../access/Access.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import type { Page } from "../ports/IntegrationRepository.ts"

/** Shows what a user has agreed to, and what of it was withdrawn. */
export class ListConsents extends Context.Service<ListConsents>()("@oauth-manager/application/use-cases/ListConsents", {
  make: Effect.map(ConsentRepository, (consents) => ({
    list: Effect.fn("ListConsents.list")(function* (caller: Caller, user: UserScope, page: Page<ConsentId>) {
      yield* requireAccess(caller, user, "consents:read")
      return yield* consents.list(user, page)
    })
  }))
}) {
  static readonly layer = Layer.effect(this, this.make)
}
