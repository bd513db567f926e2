import {
  GetScopePolicy,
  type PolicyDraft,
  PutScopePolicy,
  type StandingPolicy,
  TryScopePolicy
} from "@oauth-manager/application"
import { IntegrationId, ProviderId } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, CurrentCaller, defaultLimit, type ScopePolicyBody } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { affectedIntegrationView, scopePolicyView } from "../views/ScopePolicyView.ts"

const behind = (policies: ReadonlyArray<StandingPolicy>, after: Option.Option<ProviderId>) =>
  Option.match(after, {
    onNone: () => policies,
    onSome: (id) => policies.filter(({ provider }) => provider > id)
  })

const draftOf = (provider: string, { version, ...policy }: ScopePolicyBody): PolicyDraft => ({
  provider,
  policy,
  after: Option.fromUndefinedOr(version)
})

export const layer = HttpApiBuilder.group(
  Api,
  "scopePolicies",
  Effect.fnUntraced(function* (handlers) {
    const getting = yield* GetScopePolicy
    const putting = yield* PutScopePolicy
    const trying = yield* TryScopePolicy
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ query }) {
        const policies = yield* getting.list(yield* CurrentCaller)
        const rest = behind(policies, yield* decodeCursor(ProviderId, query.cursor))
        const page = rest.slice(0, query.limit ?? defaultLimit)
        const last = page.at(-1)
        return {
          data: page.map(scopePolicyView),
          next_cursor: last !== undefined && page.length < rest.length ? encodeCursor(last.provider) : null
        }
      }, refusing),
      get: Effect.fnUntraced(function* ({ params }) {
        return scopePolicyView(yield* getting.get(yield* CurrentCaller, params.provider))
      }, refusing),
      put: Effect.fnUntraced(function* ({ params, payload }) {
        return scopePolicyView(yield* putting.put(yield* CurrentCaller, draftOf(params.provider, payload)))
      }, refusing),
      dryRun: Effect.fnUntraced(function* ({ params, payload, query }) {
        const { data, next } = yield* trying.try(yield* CurrentCaller, draftOf(params.provider, payload), {
          limit: query.limit ?? defaultLimit,
          after: yield* decodeCursor(IntegrationId, query.cursor)
        })
        return {
          data: data.map(affectedIntegrationView),
          next_cursor: Option.getOrNull(Option.map(next, encodeCursor))
        }
      }, refusing)
    })
  })
)
