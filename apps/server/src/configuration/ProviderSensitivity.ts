import { Sensitivity } from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Option } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { refuse } from "./Problems.ts"
import { variable } from "./ProviderVariable.ts"
import { List, setting } from "./Setting.ts"

type Scopes = ProviderDefinition["scopes"]

const classes: ReadonlyArray<Sensitivity> = Sensitivity.literals

/** The scopes, with the classes that `PROVIDER_<ID>_SENSITIVITY` gives some: `scope=class`, comma-separated. */
export const readSensitivities = Effect.fnUntraced(function* ({
  id,
  scopes
}: Pick<ProviderDefinition, "id" | "scopes">): Effect.fn.Return<Scopes, StartupFailed> {
  const name = variable(id, "SENSITIVITY")
  const items = Option.getOrElse(yield* setting(name, List), () => [])
  const classed = yield* Effect.forEach(items, (item) =>
    Effect.gen(function* () {
      const end = item.lastIndexOf("=")
      const written = item.slice(end + 1).trim()
      const spelling = item.slice(0, Math.max(end, 0)).trim()
      const sensitivity = classes.find((known) => known === written)
      if (end < 0 || sensitivity === undefined) {
        return yield* refuse(`${name}: ${item} must be scope=class, with a class of ${classes.join(", ")}`, [])
      }
      const scope = scopes.find(({ aliases = [], value }) => [value, ...aliases].some((known) => known === spelling))
      return scope === undefined
        ? yield* refuse(`${name}: ${spelling} is no scope of the provider ${id}`, [])
        : [[scope.value, sensitivity] as const]
    })
  )
  const byValue = new Map<string, Sensitivity>(classed.flat())
  return scopes.map((scope) => ({ ...scope, sensitivity: byValue.get(scope.value) ?? scope.sensitivity }))
})
