import { PolicyOutdated, ScopePolicyRepository, type VersionedPolicy } from "@oauth-manager/application"
import { ProviderId, ScopePolicy, type UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { newestPolicy } from "./NewestPolicy.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const PolicyRow = Schema.Struct({
  provider: ProviderId,
  version: Schema.Int,
  policy: ScopePolicy,
  created_at: Rows.Time
})

const read = ({ created_at, policy, provider, version }: typeof PolicyRow.Type): VersionedPolicy => ({
  provider,
  version,
  policy,
  createdAt: created_at
})

const firstPolicy = Rows.first("scope_policies", PolicyRow, read)
const allPolicies = Rows.all("scope_policies", PolicyRow, read)

export const layer = Layer.effect(
  ScopePolicyRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make

    const find = ({ tenant }: UserScope, provider: ProviderId) =>
      Effect.flatMap(
        sql.unsafe(`SELECT $2::text AS provider, newest.* FROM ${newestPolicy("$1", "$2")} newest`, [tenant, provider]),
        firstPolicy
      )

    // Whoever waits for a version that another is writing sees that one when it looks for the newest
    const put = Effect.fnUntraced(function* (
      scope: UserScope,
      provider: ProviderId,
      policy: ScopePolicy,
      after: number
    ) {
      const written = yield* sql`INSERT INTO scope_policies (tenant_id, provider, version, policy)
        SELECT ${scope.tenant}, ${provider}, ${after + 1}::integer, ${JSON.stringify(policy)}::jsonb
        WHERE ${after}::integer = (SELECT coalesce(max(version), 0) FROM scope_policies
          WHERE tenant_id = ${scope.tenant} AND provider = ${provider})
        ON CONFLICT (tenant_id, provider, version) DO NOTHING
        RETURNING provider, version, policy, created_at`.pipe(Effect.flatMap(firstPolicy))
      if (Option.isSome(written)) return written.value
      const newest = yield* find(scope, provider)
      return new PolicyOutdated({
        version: Option.match(newest, { onNone: () => 0, onSome: ({ version }) => version })
      })
    })

    return ScopePolicyRepository.of({
      find: (scope, provider) => forUser("ScopePolicyRepository.find", scope, find(scope, provider)),

      list: (scope) =>
        forUser(
          "ScopePolicyRepository.list",
          scope,
          Effect.flatMap(
            sql`SELECT DISTINCT ON (provider COLLATE "C") provider, version, policy, created_at FROM scope_policies
              WHERE tenant_id = ${scope.tenant} ORDER BY provider COLLATE "C", version DESC`,
            allPolicies
          )
        ),

      put: Effect.fnUntraced(function* (scope, provider, policy, after) {
        const outcome = yield* forUser("ScopePolicyRepository.put", scope, put(scope, provider, policy, after))
        return outcome instanceof PolicyOutdated ? yield* outcome : outcome
      })
    })
  })
)
