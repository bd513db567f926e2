import { type DueToken, type LeaseOutcome, type TokenReading, TokenRepository } from "@oauth-manager/application"
import {
  type IntegrationId,
  type ProviderId,
  type RefreshPlan,
  ScopePolicies,
  type ScopePolicy,
  type TenantId,
  type Token,
  type UserScope
} from "@oauth-manager/domain"
import { DateTime, Duration, Effect, Layer, Option } from "effect"
import { InMemoryRefreshSignals } from "./InMemoryRefreshSignals.ts"
import { InMemoryStore } from "./InMemoryStore.ts"
import { filter, find, isHeldByAnother, keyOf, modify, put, remove, type Rows, type TokenRow } from "./Rows.ts"

/** A token that nobody refreshes, and nothing is known of. */
const settled = (owner: UserScope, token: Token) => ({
  owner,
  token,
  lease: Option.none(),
  failures: 0,
  retryAt: Option.none(),
  inDoubt: false
})

const planned = ({ keepAliveAt, refreshAt }: Omit<RefreshPlan, "announceAt">) => ({
  refreshAt: Option.map(refreshAt, DateTime.toEpochMillis),
  keepAliveAt: Option.map(keepAliveAt, DateTime.toEpochMillis)
})

const everyRow = () => true

const isActive = (rows: Rows, { token }: TokenRow): boolean =>
  Option.exists(find(rows.integrations, token.integrationId, everyRow), ({ status }) => status === "active")

const toDue = ({ owner, token: { generation, integrationId } }: TokenRow): DueToken => ({
  owner,
  integrationId,
  generation
})

/** A provider's tokens of which something is due by now, the longest due first. */
const dueOf = (
  rows: Rows,
  provider: ProviderId,
  time: (row: TokenRow) => Option.Option<number>,
  now: number
): ReadonlyArray<TokenRow> => {
  const at = (row: TokenRow) => Option.getOrElse(time(row), () => Infinity)
  const isOfProvider = ({ token }: TokenRow) =>
    Option.exists(find(rows.integrations, token.integrationId, everyRow), (found) => found.provider === provider)
  return filter(rows.tokens, everyRow, (row) => at(row) <= now && isOfProvider(row)).toSorted((a, b) => at(a) - at(b))
}

const policyOf = ({ policies }: Rows, tenant: TenantId, provider: ProviderId): ScopePolicy =>
  policies.findLast((row) => row.tenant === tenant && row.written.provider === provider)?.written.policy
  ?? ScopePolicies.unrestricted

export const layer = Layer.effect(
  TokenRepository,
  Effect.gen(function* () {
    const store = yield* InMemoryStore
    const signals = yield* InMemoryRefreshSignals

    const endLease = (
      scope: UserScope,
      integrationId: IntegrationId,
      owner: string,
      change: (row: TokenRow, now: number) => Partial<TokenRow>
    ) =>
      store.write(scope, (rows, { now, sees }) => [
        undefined,
        {
          ...rows,
          tokens: modify(rows.tokens, integrationId, sees, (row) =>
            Option.exists(row.lease, (lease) => lease.owner === owner)
              ? { ...row, ...change(row, now), lease: Option.none() }
              : row
          )
        }
      ])

    return TokenRepository.of({
      read: (scope, integrationId) =>
        store.read(scope, (rows, sees) =>
          Option.map(
            find(rows.integrations, integrationId, sees),
            ({
              consentedScopes,
              grantedScopes,
              provider,
              requestedScopes,
              scopesInUse,
              status,
              surplusScopes
            }): TokenReading => ({
              provider,
              status,
              requestedScopes,
              grantedScopes,
              surplusScopes,
              consentedScopes,
              scopesInUse,
              policy: policyOf(rows, scope.tenant, provider),
              token: Option.all({
                token: Option.map(find(rows.tokens, integrationId, sees), ({ token }) => token),
                dataKey: Option.map(find(rows.dataKeys, keyOf(scope), sees), ({ key }) => key)
              })
            })
          )
        ),
      find: (scope, integrationId) =>
        store.read(scope, (rows, sees) => Option.map(find(rows.tokens, integrationId, sees), ({ token }) => token)),
      put: (scope, token, plan, lease = "end") =>
        store
          .write(scope, (rows, { now, sees }) => {
            const { generation, integrationId, owner } = token
            if (Option.isNone(find(rows.integrations, integrationId, sees))) {
              throw new Error(`a token of integration ${integrationId}, which this user does not have`)
            }
            const stored = find(rows.tokens, integrationId, sees)
            if (Option.exists(stored, (row) => row.token.generation >= generation)) return [false, rows]
            const row: TokenRow = {
              ...settled(owner, token),
              ...planned(plan),
              announceAt: Option.map(plan.announceAt, DateTime.toEpochMillis),
              usedAt: now,
              ...Option.match(stored, {
                onNone: () => ({}),
                onSome: (before) => (lease === "keep" ? { lease: before.lease, inDoubt: before.inDoubt } : {})
              })
            }
            return [true, { ...rows, tokens: put(rows.tokens, integrationId, row, sees) }]
          })
          .pipe(Effect.tap(signals.signal(token.integrationId))),
      acquireLease: (scope, integrationId, { dataKeyId, duration, generation, owner }) =>
        store.write(scope, (rows, { now, sees }): [LeaseOutcome, Rows] => {
          const dataKey = find(rows.dataKeys, keyOf(scope), sees)
          if (dataKeyId !== undefined && !Option.exists(dataKey, ({ key }) => key.id === dataKeyId)) {
            return [{ _tag: "Superseded" }, rows]
          }
          const stored = find(rows.tokens, integrationId, sees)
          if (Option.isNone(stored) || stored.value.token.generation !== generation || !isActive(rows, stored.value)) {
            return [{ _tag: "Superseded" }, rows]
          }
          const { failures, inDoubt, lease, retryAt } = stored.value
          if (isHeldByAnother(lease, owner, now)) return [{ _tag: "Held" }, rows]
          const isMine = Option.exists(lease, (held) => held.owner === owner)
          if (!isMine && Option.isSome(retryAt) && retryAt.value > now) {
            return [{ _tag: "HeldOff", retryIn: Duration.millis(retryAt.value - now) }, rows]
          }
          const isDoubtful = inDoubt || (Option.isSome(lease) && !isMine)
          const next = {
            inDoubt: isDoubtful,
            lease: Option.some({ owner, until: now + Duration.toMillis(duration) })
          }
          return [
            { _tag: "Acquired", inDoubt: isDoubtful, failures },
            { ...rows, tokens: modify(rows.tokens, integrationId, sees, (row) => ({ ...row, ...next })) }
          ]
        }),
      releaseLease: (scope, integrationId, owner) =>
        endLease(scope, integrationId, owner, () => ({})).pipe(Effect.tap(signals.signal(integrationId))),
      failRefresh: (scope, integrationId, { inDoubt, owner, retryIn }) =>
        endLease(scope, integrationId, owner, (row, now) => {
          const retryAt = now + Duration.toMillis(retryIn)
          return {
            failures: row.failures + 1,
            retryAt: Option.some(retryAt),
            refreshAt: Option.map(row.refreshAt, (at) => Math.max(at, retryAt)),
            inDoubt: row.inDoubt || inDoubt
          }
        }).pipe(Effect.tap(signals.signal(integrationId))),
      commitRefresh: (scope, token, owner, plan) =>
        store
          .write(scope, (rows, { sees }) => {
            const isFenced = ({ lease, token: { generation } }: TokenRow) =>
              generation === token.generation - 1
              && (owner === "answer" || Option.exists(lease, (held) => held.owner === owner))
            const stored = Option.filter(find(rows.tokens, token.integrationId, sees), isFenced)
            if (Option.isNone(stored)) return [false, rows]
            const { announceAt, usedAt } = stored.value
            const row: TokenRow = { ...settled(token.owner, token), ...planned(plan), announceAt, usedAt }
            return [true, { ...rows, tokens: put(rows.tokens, token.integrationId, row, sees) }]
          })
          .pipe(Effect.tap(signals.signal(token.integrationId))),
      destroy: (scope, integrationId) =>
        store
          .write(scope, (rows, { sees }) => [undefined, { ...rows, tokens: remove(rows.tokens, integrationId, sees) }])
          .pipe(Effect.tap(signals.signal(integrationId))),
      claimDueAcrossUsers: ({ idleAfter, limit, provider, visibility }) =>
        store.write("across users", (rows, { now }) => {
          const isIdle = (row: TokenRow) =>
            row.usedAt <= now - Duration.toMillis(idleAfter)
            && !Option.exists(row.keepAliveAt, (keepAlive) => keepAlive <= now)
          const due = dueOf(rows, provider, ({ refreshAt }) => refreshAt, now)
          const put = due.map((row) => {
            const refreshAt = !isActive(rows, row)
              ? Option.none<number>()
              : isIdle(row)
                ? row.keepAliveAt
                : Option.some(now + Duration.toMillis(visibility))
            return { row, refreshAt, isGiven: isActive(rows, row) && !isIdle(row) }
          })
          const given = put.filter(({ isGiven }) => isGiven).slice(0, limit)
          const changed = [...put.filter(({ isGiven }) => !isGiven), ...given]
          const tokens = changed.reduce(
            (table, { refreshAt, row }) =>
              modify(table, row.token.integrationId, everyRow, (stored) => ({ ...stored, refreshAt })),
            rows.tokens
          )
          return [given.map(({ row }) => toDue(row)), { ...rows, tokens }]
        }),
      findAbandonedAcrossUsers: (provider, limit) =>
        store.write("across users", (rows, { now }) => {
          const until = ({ lease }: TokenRow) => Option.map(lease, (held) => held.until)
          const abandoned = dueOf(rows, provider, until, now).filter(
            (row) => isActive(rows, row) && !Option.exists(row.retryAt, (at) => at > now)
          )
          return [abandoned.slice(0, limit).map(toDue), rows]
        }),
      claimAnnouncementsAcrossUsers: (limit) =>
        store.write("across users", (rows, { now }) => {
          const at = ({ announceAt }: TokenRow) => Option.getOrElse(announceAt, () => Infinity)
          const due = filter(rows.tokens, everyRow, (row) => at(row) <= now && isActive(rows, row))
            .toSorted((a, b) => at(a) - at(b))
            .slice(0, limit)
          const tokens = due.reduce(
            (table, { token }) =>
              modify(table, token.integrationId, everyRow, (row) => ({ ...row, announceAt: Option.none() })),
            rows.tokens
          )
          return [due.map(toDue), { ...rows, tokens }]
        }),
      markUsedAcrossUsers: (ids) =>
        store.write("across users", (rows, { now }) => {
          const isStale = (row: TokenRow) => row.usedAt < now - Duration.toMillis(Duration.hours(12))
          const tokens = ids.reduce(
            (table, id) => modify(table, id, everyRow, (row) => (isStale(row) ? { ...row, usedAt: now } : row)),
            rows.tokens
          )
          return [undefined, { ...rows, tokens }]
        })
    })
  })
)
