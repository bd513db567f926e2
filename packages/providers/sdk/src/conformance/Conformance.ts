import { afterAll, describe, it } from "vitest"
import type { Options } from "./Options.ts"
import { plan } from "./RunConformance.ts"

const nameOf = (plugin: unknown): string => {
  const id = typeof plugin === "object" && plugin !== null ? (plugin as { readonly id?: unknown }).id : undefined
  return typeof id === "string" ? id : "the plugin"
}

/**
 * Registers the whole battery for a plugin, in its author's vitest file: against a provider that is simulated as the
 * manifest describes it, with the client of the service.
 *
 * @see docs/plugins.md
 */
export const conformance = (plugin: unknown, options: Options = {}): void => {
  const { cases, close } = plan(plugin, options)
  const settings = Object.entries(options.settings ?? {}).map(([name, value]) => ` with ${name} ${value}`)
  describe.concurrent(`${nameOf(plugin)}${settings.join(",")} conforms:`, () => {
    afterAll(close)
    for (const [group, members] of Map.groupBy(cases, (one) => one.group)) {
      describe(group, () => {
        for (const { name, run } of members) it(name, run, 10_000)
      })
    }
  })
}
