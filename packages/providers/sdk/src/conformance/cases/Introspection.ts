import { Effect, Option, Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { equals, succeeds } from "../Expectation.ts"
import { connect } from "../Journey.ts"
import { hasIntrospection, not } from "../Traits.ts"
import type { World } from "../World.ts"

const ask = ({ client, provider }: World, token: Redacted.Redacted<string>) =>
  Effect.map(succeeds("introspecting a token", client.introspect(provider, token)), Option.getOrNull)

export const introspection: CaseGroup = {
  title: "introspection",
  cases: [
    {
      name: "tells a live token from a dead one",
      applies: hasIntrospection,
      run: (world) =>
        Effect.gen(function* () {
          const { accessToken } = yield* connect(world)
          yield* equals("a live token's introspection", yield* ask(world, accessToken), true)
          yield* equals("a dead token's introspection", yield* ask(world, Redacted.make("dead")), false)
        })
    },
    {
      name: "is not tried where there is no endpoint for it",
      applies: not(hasIntrospection),
      run: (world) =>
        Effect.gen(function* () {
          const { accessToken } = yield* connect(world)
          yield* equals("introspection without an endpoint", yield* ask(world, accessToken), null)
        })
    }
  ]
}
