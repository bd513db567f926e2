import {
  DisconnectIntegration,
  EraseUser,
  ExportUser,
  ListAuditEvents,
  ListConsents,
  PutScopePolicy,
  RotateKeys,
  WithdrawConsent
} from "@oauth-manager/application"
import { type Integration, ScopePolicy } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { ada, anAnswer, authorize, byAda, byAdmin, comeBack, complete, start } from "../application/Journey.ts"
import { read, refresh } from "../application/Tokens.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"

const disconnecting = { confirmsShared: false }

/** What changes something or gives it away: each is prepared, and answers what is then tried. */
export const changes = {
  "begin an authorization": () => Effect.succeed(start()),
  "come back from the provider": () => Effect.map(start(), (started) => comeBack(started)),
  "complete an authorization": () =>
    Effect.gen(function* () {
      const authorized = yield* authorize()
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer()))
      return complete(authorized)
    }),
  "read a token": (integration: Integration) => Effect.succeed(read(integration)),
  "refresh a token": (integration: Integration) => Effect.succeed(refresh(integration)),
  disconnect: ({ id }: Integration) =>
    Effect.succeed(DisconnectIntegration.use((useCase) => useCase.disconnect(byAda, ada, id, disconnecting))),
  "withdraw a consent": () =>
    Effect.gen(function* () {
      const [consent] = yield* ListConsents.use((useCase) => useCase.list(byAda, ada, { limit: 1, after: Option.none() }))
      if (consent === undefined) return yield* Effect.die("no consent")
      return WithdrawConsent.use((useCase) => useCase.withdraw(byAda, ada, consent.id, disconnecting))
    }),
  "erase a user": () => Effect.succeed(EraseUser.use((useCase) => useCase.erase(byAda, ada))),
  "export a user": () => Effect.succeed(ExportUser.use((useCase) => useCase.export(byAda, ada, Option.none()))),
  "read the trail": () =>
    Effect.succeed(
      ListAuditEvents.use((useCase) =>
        useCase.ofTenant(byAdmin, Option.none(), {}, { limit: 1, before: Option.none() })
      )
    ),
  "rotate keys": () => Effect.succeed(RotateKeys.use((useCase) => useCase.request(byAdmin, { dataKeys: true }))),
  "change a policy": () =>
    Effect.succeed(
      PutScopePolicy.use((useCase) =>
        useCase.put(byAdmin, { provider: "sandbox", policy: ScopePolicy.make({ denied: [] }), after: Option.none() })
      )
    )
} satisfies Record<string, (integration: Integration) => Effect.Effect<unknown, unknown, any>>
