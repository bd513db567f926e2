import { TokenRepository, TokenVault } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { aSecret, noPlan } from "../fakes/Samples.ts"
import { ada } from "./Journey.ts"

/** Another process takes the lease on the first generation of an integration's token, for 30 seconds. */
export const acquireAsSibling = ({ id }: Integration) =>
  TokenRepository.use((tokens) =>
    tokens.acquireLease(ada, id, { generation: 1, owner: "sibling", duration: Duration.seconds(30) })
  )

/** The other process stores the second generation, good for an hour, and has the token that it answers. */
export const commitAsSibling = Effect.fnUntraced(function* ({ id }: Integration) {
  const vault = yield* TokenVault
  const tokens = yield* TokenRepository
  const secret = aSecret()
  const context = { owner: ada, object: id, generation: 2 }
  const obtainedAt = yield* DateTime.now
  const token = {
    integrationId: id,
    owner: ada,
    generation: 2,
    tokenType: "Bearer",
    accessToken: yield* vault.seal({ ...context, field: "access_token" }, secret),
    refreshToken: Option.some(yield* vault.seal({ ...context, field: "refresh_token" }, aSecret())),
    expiresAt: Option.some(DateTime.addDuration(obtainedAt, Duration.hours(1))),
    refreshExpiresAt: Option.none(),
    obtainedAt
  }
  const committed = yield* tokens.commitRefresh(ada, token, "sibling", noPlan)
  return committed ? Redacted.value(secret) : yield* Effect.die(new Error("the sibling holds no lease"))
})
