import {
  AccountAlreadyConnected,
  IntegrationRepository,
  type IntegrationSummary,
  type TokenTimes
} from "@oauth-manager/application"
import { type Integration, personOf, type ProviderId, type UserScope } from "@oauth-manager/domain"
import { DateTime, Duration, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, find, insert, modify, type Rows, type Sees } from "./Rows.ts"

const isConnected = ({ status }: Integration): boolean => status === "active" || status === "reauthorization_required"

const summarize = (rows: Rows, sees: Sees, integration: Integration): IntegrationSummary => ({
  integration,
  token: Option.map(find(rows.tokens, integration.id, sees), ({ token }): TokenTimes => ({
    expiresAt: token.expiresAt,
    obtainedAt: token.obtainedAt,
    hasRefreshToken: Option.isSome(token.refreshToken),
    refreshExpiresAt: token.refreshExpiresAt
  }))
})

const findByAccount = (rows: Rows, sees: Sees, provider: ProviderId, accountKey: string): Option.Option<Integration> =>
  Option.fromUndefinedOr(
    filter(
      rows.integrations,
      sees,
      (row) => isConnected(row) && row.provider === provider && row.account.key === accountKey
    ).at(0)
  )

const dueOf = ({ reverifyAt }: Integration): number =>
  Option.match(reverifyAt, { onNone: () => Infinity, onSome: DateTime.toEpochMillis })

const matches = <A>(wanted: Option.Option<A>, actual: A): boolean => Option.isNone(wanted) || wanted.value === actual

export const layer = Layer.effect(
  IntegrationRepository,
  Effect.gen(function* () {
    const store = yield* InMemoryStore

    const findLocked = (scope: UserScope, query: (rows: Rows, sees: Sees) => Option.Option<Integration>) =>
      store.writeWithin(scope, (rows, { locks, sees }) => {
        const found = query(rows, sees)
        if (Option.isSome(found)) locks.add(found.value.id)
        return [found, rows]
      })

    return IntegrationRepository.of({
      find: (scope, id) =>
        store.read(scope, (rows, sees) =>
          Option.map(find(rows.integrations, id, sees), (integration) => summarize(rows, sees, integration))
        ),
      list: (scope, { among, provider, status }, { after, limit }) =>
        store.read(scope, (rows, sees) =>
          filter(
            rows.integrations,
            sees,
            (row) =>
              matches(provider, row.provider)
              && matches(status, row.status)
              && (among === undefined || among.providers.includes(row.provider) === among.included)
              && (Option.isNone(after) || row.id > after.value)
          )
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
            .slice(0, limit)
            .map((integration) => summarize(rows, sees, integration))
        ),
      findForUpdate: (scope, id) => findLocked(scope, (rows, sees) => find(rows.integrations, id, sees)),
      findBySubjectForUpdate: (scope, providers, subject) =>
        store.writeWithin(scope, (rows, { locks, sees }) => {
          const found = filter(
            rows.integrations,
            sees,
            (row) => providers.includes(row.provider) && personOf(row.account) === subject
          ).toSorted((a, b) => (a.id < b.id ? -1 : 1))
          for (const { id } of found) locks.add(id)
          return [found.filter(isConnected), rows]
        }),
      listConnected: (scope) =>
        store.read(scope, (rows, sees) =>
          filter(rows.integrations, sees, isConnected).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        ),
      findConnectedForUpdate: (scope, providers) =>
        store.writeWithin(scope, (rows, { locks, sees }) => {
          const found = filter(rows.integrations, sees, ({ provider }) => providers.includes(provider)).toSorted(
            (a, b) => (a.id < b.id ? -1 : 1)
          )
          for (const { id } of found) locks.add(id)
          return [found.filter(isConnected), rows]
        }),
      insert: Effect.fnUntraced(function* (scope, integration) {
        const { account, id, provider } = integration
        const isNew = yield* store.write(scope, (rows, { locks, sees }) => {
          const isTaken = isConnected(integration) && Option.isSome(findByAccount(rows, sees, provider, account.key))
          if (isTaken) return [false, rows]
          locks.add(id)
          return [true, { ...rows, integrations: insert(rows.integrations, id, integration, sees) }]
        })
        if (!isNew) return yield* store.abort(new AccountAlreadyConnected({ provider }))
      }),
      update: (scope, integration) =>
        store.write(scope, (rows, { locks, sees }) => {
          if (!locks.has(integration.id)) {
            throw new Error(`integration ${integration.id} is not locked in this unit of work`)
          }
          return [
            undefined,
            { ...rows, integrations: modify(rows.integrations, integration.id, sees, () => integration) }
          ]
        }),
      listConnectedAcrossUsers: (tenant, provider, { after, limit }) =>
        store.write("across users", (rows, { sees }) => {
          const found = filter(
            rows.integrations,
            sees,
            (row) =>
              row.owner.tenant === tenant
              && row.provider === provider
              && isConnected(row)
              && (Option.isNone(after) || row.id > after.value)
          )
          return [found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit), rows]
        }),
      claimUnverifiedAcrossUsers: (limit, lease) =>
        store.write("across users", (rows, { now, sees }) => {
          const due = filter(
            rows.integrations,
            sees,
            ({ reverifyAt, status }) =>
              status === "active" && Option.exists(reverifyAt, (time) => DateTime.toEpochMillis(time) <= now)
          )
            .toSorted((a, b) => dueOf(a) - dueOf(b))
            .slice(0, limit)
          const reverifyAt = Option.some(DateTime.makeUnsafe(now + Duration.toMillis(lease)))
          const claimed = due.map((row) => [row.id, { ...row, reverifyAt }] as const)
          return [claimed.map(([, row]) => row), { ...rows, integrations: HashMap.setMany(rows.integrations, claimed) }]
        })
    })
  })
)
