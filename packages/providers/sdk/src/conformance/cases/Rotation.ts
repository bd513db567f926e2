import { Effect, Option } from "effect"
import type { ProviderDefinition, Rotation } from "../../index.ts"
import type { CaseGroup } from "../Case.ts"
import { holds, succeeds } from "../Expectation.ts"
import { connect, refresh, refreshTokenOf } from "../Journey.ts"
import type { World } from "../World.ts"

const rotationOf = ({ refreshTokens }: ProviderDefinition): Rotation | undefined =>
  refreshTokens === false ? undefined : refreshTokens.rotation

const isClass = (wanted: string) => (definition: ProviderDefinition) => {
  const rotation = rotationOf(definition)
  return wanted === (typeof rotation === "object" ? "grace" : rotation)
}

const declared = ({ definition }: World): string =>
  `refreshTokens.rotation is ${JSON.stringify(rotationOf(definition))}`

/** Refreshes twice with one and the same token, some seconds apart. */
const reuse = Effect.fnUntraced(function* (world: World, secondsLater = 0) {
  const token = yield* refreshTokenOf(yield* connect(world))
  const { refreshToken } = yield* succeeds("a refresh", refresh(world, token))
  world.simulation.grants.now += secondsLater * 1000
  const again = yield* Effect.result(refresh(world, token))
  return { isRotated: Option.isSome(refreshToken), works: again._tag === "Success" }
})

const goesOn = (world: World, { works }: { readonly works: boolean }) =>
  holds(works, `${declared(world)}, but the provider refused a refresh token that was used before`)

const ends = (world: World, { works }: { readonly works: boolean }, when = "") =>
  holds(!works, `${declared(world)}, but the provider took a refresh token that was used before${when}`)

const comes = (world: World, { isRotated }: { readonly isRotated: boolean }) =>
  holds(isRotated, `${declared(world)}, but a refresh brought no new refresh token`)

export const rotation: CaseGroup = {
  title: "a refresh token",
  cases: [
    {
      name: "stays (static)",
      applies: isClass("static"),
      run: (world) =>
        Effect.gen(function* () {
          const seen = yield* reuse(world)
          yield* goesOn(world, seen)
          yield* holds(!seen.isRotated, `${declared(world)}, but a refresh brought a new refresh token`)
        })
    },
    {
      name: "is followed by another and goes on working (overlap)",
      applies: isClass("overlap"),
      run: (world) =>
        Effect.gen(function* () {
          const seen = yield* reuse(world, 86_400)
          yield* comes(world, seen)
          yield* goesOn(world, seen)
        })
    },
    {
      name: "is followed by another and works for some seconds more (grace)",
      applies: isClass("grace"),
      run: (world) =>
        Effect.gen(function* () {
          const promised = rotationOf(world.definition)
          const grace = typeof promised === "object" ? promised.grace : 0
          const soon = yield* reuse(world, grace)
          yield* comes(world, soon)
          yield* goesOn(world, soon)
          yield* ends(world, yield* reuse(world, grace + 1), ` ${grace + 1} seconds earlier`)
        })
    },
    {
      name: "is followed by another and dies at once (strict)",
      applies: isClass("strict"),
      run: (world) =>
        Effect.gen(function* () {
          const seen = yield* reuse(world)
          yield* comes(world, seen)
          yield* ends(world, seen)
        })
    }
  ]
}
