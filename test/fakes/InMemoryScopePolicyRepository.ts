import { PolicyOutdated, ScopePolicyRepository, type VersionedPolicy } from "@oauth-manager/application"
import type { ProviderId, UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import type { Rows } from "./Rows.ts"

const versionsOf = ({ policies }: Rows, { tenant }: UserScope): ReadonlyArray<VersionedPolicy> =>
  policies.filter((row) => row.tenant === tenant).map(({ written }) => written)

export const newestPolicy = (rows: Rows, scope: UserScope, provider: ProviderId): VersionedPolicy | undefined =>
  versionsOf(rows, scope).findLast((written) => written.provider === provider)

export const layer = Layer.effect(
  ScopePolicyRepository,
  Effect.map(InMemoryStore, (store) =>
    ScopePolicyRepository.of({
      find: (scope, provider) =>
        store.read(scope, (rows) => Option.fromUndefinedOr(newestPolicy(rows, scope, provider))),
      list: (scope) =>
        store.read(scope, (rows) =>
          [...new Set(versionsOf(rows, scope).map(({ provider }) => provider))]
            .toSorted()
            .flatMap((provider) => newestPolicy(rows, scope, provider) ?? [])
        ),
      put: Effect.fnUntraced(function* (scope, provider, policy, after) {
        const outcome = yield* store.write(
          scope,
          (rows, { now }): readonly [VersionedPolicy | PolicyOutdated, Rows] => {
            const version = newestPolicy(rows, scope, provider)?.version ?? 0
            if (version !== after) return [new PolicyOutdated({ version }), rows]
            const written = { provider, version: version + 1, policy, createdAt: DateTime.makeUnsafe(now) }
            return [written, { ...rows, policies: [...rows.policies, { tenant: scope.tenant, written }] }]
          }
        )
        return outcome instanceof PolicyOutdated ? yield* outcome : outcome
      })
    })
  )
)
