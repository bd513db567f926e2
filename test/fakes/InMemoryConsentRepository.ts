import { ConsentRepository, type Withdrawal } from "@oauth-manager/application"
import { type Consent, Consents } from "@oauth-manager/domain"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, find, insert, type Rows, type Sees } from "./Rows.ts"

const oldestFirst = (consents: ReadonlyArray<Consent>) =>
  consents.toSorted((a, b) => DateTime.Order(a.grantedAt, b.grantedAt) || (a.id < b.id ? -1 : 1))

const withdraw = (rows: Rows, sees: Sees, { at, cause }: Withdrawal, isMeant: (consent: Consent) => boolean) => {
  const standing = oldestFirst(
    filter(rows.consents, sees, (consent) => Option.isNone(consent.withdrawal) && isMeant(consent))
  )
  const withdrawn = standing.map((consent) => [consent.id, Consents.withdraw(consent, at, cause)] as const)
  return [standing.map(({ id }) => id), { ...rows, consents: HashMap.setMany(rows.consents, withdrawn) }] as const
}

export const layer = Layer.effect(
  ConsentRepository,
  Effect.map(InMemoryStore, (store) =>
    ConsentRepository.of({
      insert: (scope, ...consents) =>
        store.write(scope, (rows, { sees }) => [
          undefined,
          {
            ...rows,
            consents: consents.reduce((all, consent) => insert(all, consent.id, consent, sees), rows.consents)
          }
        ]),
      find: (scope, id) => store.read(scope, (rows, sees) => find(rows.consents, id, sees)),
      list: (scope, { after, limit }) =>
        store.read(scope, (rows, sees) =>
          filter(rows.consents, sees, ({ id }) => Option.isNone(after) || id > after.value)
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
            .slice(0, limit)
        ),
      ofIntegration: (scope, integrationId) =>
        store.read(scope, (rows, sees) =>
          oldestFirst(filter(rows.consents, sees, (consent) => consent.integrationId === integrationId))
        ),
      withdraw: (scope, ids, withdrawal) =>
        store.write(scope, (rows, { sees }) => withdraw(rows, sees, withdrawal, ({ id }) => ids.includes(id))),
      withdrawAll: (scope, integrationId, withdrawal) =>
        store.write(scope, (rows, { sees }) =>
          withdraw(rows, sees, withdrawal, (consent) => consent.integrationId === integrationId)
        )
    })
  )
)
