import { ListIntegrations, ProviderIncidents } from "@oauth-manager/application"
import type { Integration, IntegrationStatus } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { anAccount } from "../fakes/Samples.ts"
import { ada, byAda, connect } from "./Journey.ts"
import { rotating } from "./Rotations.ts"
import { inApplicationOf } from "./TestApplication.ts"
import { loseGrant } from "./Tokens.ts"

const list = (status?: IntegrationStatus | "suspended") =>
  ListIntegrations.use((useCase) =>
    useCase.list(
      byAda,
      ada,
      { provider: Option.none(), status: Option.fromUndefinedOr(status) },
      { limit: 10, after: Option.none() }
    )
  ).pipe(Effect.map(({ data }) => data.map(({ incident, integration }) => [integration.id, Option.isSome(incident)])))

const shown = (integration: Integration, isSuspended: boolean) => [integration.id, isSuspended]

describe("The integrations of a provider that refuses the deployment's client", () => {
  it.effect("are listed as suspended and not as active, but for those that have ended", () =>
    Effect.gen(function* () {
      const incidents = yield* ProviderIncidents
      const [ailing, well] = [
        yield* connect({ account: anAccount() }, { provider: "static" }),
        yield* connect({ account: anAccount() }, { provider: "overlap" })
      ]
      const ended = yield* connect({ account: anAccount() }, { provider: "static" })
      yield* loseGrant(ended)
      yield* incidents.open(ailing.provider, "invalid_client")
      assert.deepStrictEqual(yield* list(), [shown(ailing, true), shown(well, false), shown(ended, false)])
      assert.deepStrictEqual(yield* list("suspended"), [shown(ailing, true)])
      assert.deepStrictEqual(yield* list("active"), [shown(well, false)])
      assert.deepStrictEqual(yield* list("reauthorization_required"), [shown(ended, false)])
      yield* incidents.close(ailing.provider)
      assert.deepStrictEqual(yield* list("suspended"), [])
      assert.deepStrictEqual(yield* list("active"), [shown(ailing, false), shown(well, false)])
    }).pipe(inApplicationOf(rotating("static"), rotating("overlap")))
  )
})
