import { ReverifyIntegrations } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { connect } from "./Journey.ts"
import { variant } from "./Providers.ts"
import { inApplicationOf, layerOf } from "./TestApplication.ts"
import { find } from "./Tokens.ts"

/** A provider whose terms want authorizations verified so often, every 30 days unless told, and one whose terms do not. */
export const loaded = (reverifyEvery = 30 * 24 * 60 * 60) => [variant("verified", { reverifyEvery }), variant("free")]

export const inVerified = inApplicationOf(...loaded())
export const inRegistry = (registered: ReturnType<typeof loaded>) =>
  Effect.provide(layerOf(registered), { local: true })

export const verifyDue = ReverifyIntegrations.use((useCase) => useCase.verifyDue())

export const pass = (days: number) => TestClock.adjust(Duration.days(days))

/** Ada connects her account, and a month passes. */
export const connectAMonthAgo = Effect.fnUntraced(function* (answer: Parameters<typeof connect>[0] = {}) {
  const integration = yield* connect(answer, { provider: "verified" })
  yield* pass(30)
  return integration
})

/** Of whom the provider says that the tokens are. */
export const identifiesAs = (answer: Option.Option<Integration["account"]>) =>
  Effect.flatMap(ScriptedOAuthClient, ({ identify }) => identify.always(() => Effect.succeed(answer)))

/** In how many hours it is due again. */
export const dueIn = (integration: Pick<Integration, "id">) =>
  Effect.gen(function* () {
    const found = yield* find(integration)
    const now = yield* DateTime.now
    return Option.getOrUndefined(
      Option.map(found.integration.reverifyAt, (at) => Duration.toHours(DateTime.distance(now, at)))
    )
  })

export const aMonth = 30 * 24
