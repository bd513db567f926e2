import { RefreshJournal, TokenVault } from "@oauth-manager/application"
import type { IntegrationId } from "@oauth-manager/domain"
import { Effect, HashMap, Option, Redacted } from "effect"
import { ada, stored } from "../Journey.ts"
import type { GrantingProvider } from "./GrantingProvider.ts"

const open = Effect.fnUntraced(function* (
  object: IntegrationId,
  field: "access_token" | "refresh_token",
  generation: number,
  sealed: Parameters<TokenVault["Service"]["open"]>[1]
) {
  const vault = yield* TokenVault
  return Redacted.value(yield* vault.open({ owner: ada, object, field, generation }, sealed))
})

/** What is stored, and what the provider was told, when all is over. */
export const observedEnd = Effect.fnUntraced(function* (provider: GrantingProvider) {
  const rows = yield* stored
  const journal = yield* RefreshJournal
  const held = yield* Effect.forEach(HashMap.values(rows.tokens), ({ lease, token }) =>
    Effect.gen(function* () {
      const { generation, integrationId } = token
      const refreshToken = yield* Effect.transposeOption(
        Option.map(token.refreshToken, (sealed) => open(integrationId, "refresh_token", generation, sealed))
      )
      return {
        integration: integrationId,
        generation,
        accessToken: yield* open(integrationId, "access_token", generation, token.accessToken),
        refreshToken: Option.getOrUndefined(refreshToken),
        isLeased: Option.isSome(lease)
      }
    })
  )
  const pending = yield* Effect.forEach(HashMap.values(rows.revocations), ({ revocation }) =>
    open(revocation.integrationId, revocation.tokenTypeHint, revocation.generation, revocation.token)
  )
  const integrations = HashMap.toValues(rows.integrations)
  return {
    held,
    pending,
    active: integrations.filter(({ status }) => status === "active").map(({ id }) => id),
    ended: integrations.filter(({ status }) => status === "disconnected").map(({ id }) => id),
    integrations: integrations.length,
    journaled: (yield* journal.entries).length,
    asked: provider.asked,
    revocations: provider.revocations,
    live: provider.live
  }
})

export type ObservedEnd = Effect.Success<ReturnType<typeof observedEnd>>
