import { Effect } from "effect"
import type { ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"
import { attempt } from "../Journey.ts"
import { withoutPath, writePath } from "../JsonTree.ts"
import { pathsOf } from "../simulator/Accounts.ts"
import { json, reply } from "../simulator/Answer.ts"
import { asksForAccount, needsIdToken } from "../Traits.ts"
import type { World } from "../World.ts"

const protocolClaims = new Set(["iss", "aud", "iat", "exp", "nonce"])

type Change = Parameters<typeof withoutPath>[0]

const isUnidentified = Effect.fnUntraced(function* (world: World, when: string, change: (body: Change) => Change) {
  world.simulation.account = change
  if (needsIdToken(world.definition)) world.simulation.claims = change
  yield* failsWith(
    `an exchange whose account ${when}`,
    ["IdentityRejected", "AccountSetupRequired"],
    yield* attempt(world)
  )
})

/** A hook may know other places to look at; without anything at all it cannot. */
const unreadable: Case = {
  name: "of which nothing is told is nobody",
  run: (world) =>
    isUnidentified(world, "is not told", (body) =>
      Object.fromEntries(Object.entries(body).filter(([name]) => protocolClaims.has(name)))
    )
}

const withoutEach = ({ hooks, identity }: ProviderDefinition): ReadonlyArray<Case> =>
  hooks?.account !== undefined
    ? [unreadable]
    : pathsOf(identity).ids.flatMap((path): ReadonlyArray<Case> => [
        {
          name: `without ${path} is nobody`,
          run: (world) => isUnidentified(world, `has no ${path}`, (body) => withoutPath(body, path))
        },
        {
          name: `with nothing at ${path} is nobody`,
          run: (world) => isUnidentified(world, `has nothing at ${path}`, (body) => writePath(body, path, null))
        },
        {
          name: `with an object at ${path} is nobody`,
          run: (world) =>
            isUnidentified(world, `has an object at ${path}`, (body) => writePath(body, path, { id: "1" }))
        }
      ])

const unanswered: ReadonlyArray<Case> = [
  {
    name: "is nobody where the answer is a page",
    applies: asksForAccount,
    run: (world) =>
      Effect.gen(function* () {
        for (const endpoint of ["userinfo", "api"] as const)
          world.simulation.on(endpoint, () => reply(200, "<h1>Hello</h1>"))
        yield* failsWith(
          "an exchange whose account is a page",
          ["IdentityRejected", "AccountSetupRequired"],
          yield* attempt(world)
        )
      })
  },
  {
    name: "is nobody where the provider refuses to tell",
    applies: asksForAccount,
    run: (world) =>
      Effect.gen(function* () {
        for (const endpoint of ["userinfo", "api"] as const) world.simulation.on(endpoint, () => json({}, 403))
        yield* failsWith(
          "an exchange whose account is refused with 403",
          ["IdentityRejected", "AccountSetupRequired", "IdentityScopeDenied", "IdentityUnavailable"],
          yield* attempt(world)
        )
      })
  }
]

export const missingAccount: CaseGroup = {
  title: "an account",
  cases: ({ definition }) => [...withoutEach(definition), ...unanswered]
}
