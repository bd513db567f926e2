import { type Caller, type Scope, type UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, Effect, Layer, type Option, type Redacted } from "effect"
import { Journal } from "../access/Journal.ts"
import { AuditTrail } from "../ports/AuditTrail.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import { TokenUses } from "./TokenUses.ts"
import type { UsableReading } from "./UsableReading.ts"

export type TokenWarning = "refresh_failed" | "refresh_in_progress" | "min_ttl_unattainable"

/** What is told of a token, whether or not the token itself goes with it. */
export interface TokenDescription {
  readonly tokenType: string
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly scopes: ReadonlyArray<Scope>
  readonly refreshed: boolean
  readonly warnings: ReadonlyArray<TokenWarning>
}

export interface ReleasedToken extends TokenDescription {
  readonly accessToken: Redacted.Redacted<string>
}

type Circumstances = Pick<TokenDescription, "refreshed" | "scopes" | "warnings"> & { readonly purpose?: string }

/** Opens tokens for callers, and lets none out whose release is not on the audit trail. */
export class TokenRelease extends Context.Service<TokenRelease>()("@oauth-manager/application/refresh/TokenRelease", {
  make: Effect.gen(function* () {
    const vault = yield* TokenVault
    const audit = yield* AuditTrail
    const journal = yield* Journal
    const uses = yield* TokenUses

    const describe = (reading: UsableReading, { refreshed, scopes, warnings }: Circumstances): TokenDescription => {
      const { token } = reading.token.value
      return {
        tokenType: token.tokenType,
        expiresAt: token.expiresAt,
        scopes,
        refreshed,
        warnings
      }
    }

    return {
      describe,
      release: Effect.fnUntraced(function* (
        caller: Caller,
        owner: UserScope,
        reading: UsableReading,
        circumstances: Circumstances
      ) {
        const { token, dataKey } = reading.token.value
        const context = tokenContext({ owner, id: token.integrationId }, "access_token", token.generation)
        const accessToken = yield* vault.open(context, token.accessToken, dataKey)
        const { purpose } = circumstances
        yield* audit.recordAlone(
          yield* journal.byCaller(caller, owner, {
            action: "token.released",
            object: { type: "integration", id: token.integrationId },
            outcome: "success",
            ...(purpose === undefined ? {} : { purpose })
          })
        )
        uses.note(token.integrationId)
        return { ...describe(reading, circumstances), accessToken } satisfies ReleasedToken
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
