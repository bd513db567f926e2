import { ConfigProvider, Effect } from "effect"
import type { LoadedPlugin } from "../providers/LoadedPlugin.ts"
import { egressVariables } from "./EgressSettings.ts"
import { namesBelow } from "./EnvironmentNames.ts"
import { variablesOf } from "./ProviderSettings.ts"
import { variable } from "./ProviderVariable.ts"

const namesBeginningWith = Effect.fnUntraced(function* (begin: string) {
  const set = yield* Effect.orElseSucceed(
    namesBelow(yield* ConfigProvider.ConfigProvider, (word) => word.startsWith(begin)),
    () => []
  )
  return set
})

const ofProviders = Effect.fnUntraced(function* (plugins: ReadonlyArray<LoadedPlugin>) {
  const set = yield* namesBeginningWith("PROVIDER")
  const known = new Set(plugins.flatMap(variablesOf))
  // `acme-eu` before `acme`, whose prefix its variables have too
  const byLength = plugins.toSorted((a, b) => b.definition.id.length - a.definition.id.length)
  return set
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const plugin = byLength.find(({ definition }) => name.startsWith(variable(definition.id, "")))
      return plugin === undefined
        ? []
        : [`${name} has no effect. The provider ${plugin.definition.id} knows ${variablesOf(plugin).join(", ")}.`]
    })
})

const ofEgress = Effect.map(namesBeginningWith("EGRESS"), (set) =>
  set
    .filter((name) => name.startsWith("EGRESS_") && !egressVariables.includes(name))
    .map((name) => `${name} has no effect. Of requests to providers ${egressVariables.join(" and ")} can be set.`)
)

/** The variables that are set and named like a provider's or like those of requests to providers, and mean nothing; each in a sentence. */
export const find = Effect.fnUntraced(function* (plugins: ReadonlyArray<LoadedPlugin>) {
  return [...(yield* ofProviders(plugins)), ...(yield* ofEgress)]
})

/** A variable with a name that means nothing is likely a slip: it is told, and no reason not to start. */
export const warn = Effect.fnUntraced(function* (plugins: ReadonlyArray<LoadedPlugin>) {
  for (const slip of yield* find(plugins)) yield* Effect.logWarning(slip)
})
