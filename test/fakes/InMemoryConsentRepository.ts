import { ConsentRepository } from "@oauth-manager/application"
import { withdraw } from "@oauth-manager/domain"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, insert } from "./Rows.ts"

export const layer = Layer.effect(
  ConsentRepository,
  Effect.map(InMemoryStore, (store) =>
    ConsentRepository.of({
      insert: (scope, consent) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          { ...rows, consents: insert(rows.consents, consent.id, consent, sees) }
        ]),
      ofIntegration: (scope, integrationId) =>
        store.read(scope, (rows, sees) =>
          filter(rows.consents, sees, (consent) => consent.integrationId === integrationId).toSorted(
            (a, b) => DateTime.Order(a.grantedAt, b.grantedAt) || (a.id < b.id ? -1 : 1)
          )
        ),
      withdrawAll: (scope, integrationId, at) =>
        store.write(scope, (rows, { sees }) => {
          const standing = filter(
            rows.consents,
            sees,
            (consent) => consent.integrationId === integrationId && Option.isNone(consent.withdrawnAt)
          )
          const withdrawn = standing.map((consent) => [consent.id, withdraw(consent, at)] as const)
          return [standing.map(({ id }) => id), { ...rows, consents: HashMap.setMany(rows.consents, withdrawn) }]
        })
    })
  )
)
