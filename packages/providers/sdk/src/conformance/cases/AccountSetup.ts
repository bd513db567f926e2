import { Effect } from "effect"
import type { ProviderDefinition } from "../../index.ts"
import type { CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"
import { attempt } from "../Journey.ts"
import { withoutPath, writePath } from "../JsonTree.ts"
import { json } from "../simulator/Answer.ts"

const setup = (definition: ProviderDefinition) =>
  definition.identity.kind === "api" ? definition.identity.setupRequired : undefined

export const accountSetup: CaseGroup = {
  title: "an account that must first be set up",
  cases: [
    {
      name: "is told from an empty answer",
      applies: (definition) => setup(definition)?.emptyAt !== undefined,
      run: (world) =>
        Effect.gen(function* () {
          const path = setup(world.definition)?.emptyAt ?? ""
          world.simulation.account = (body) => withoutPath(body, path)
          yield* failsWith(`an exchange whose account has no ${path}`, "AccountSetupRequired", yield* attempt(world))
        })
    },
    {
      name: "is told from the provider's error",
      applies: (definition) => setup(definition)?.error !== undefined,
      run: (world) =>
        Effect.gen(function* () {
          const { is = [], path = "", status = 400 } = setup(world.definition)?.error ?? {}
          for (const code of is) {
            world.simulation.on("api", () => json(writePath({}, path, code), status))
            yield* failsWith(
              `an exchange whose account is answered by ${status} ${code}`,
              "AccountSetupRequired",
              yield* attempt(world)
            )
          }
        })
    }
  ]
}
