import type { RegisteredProvider } from "@oauth-manager/application"
import { Effect, Option } from "effect"
import * as Telemetry from "../../composition/Telemetry.ts"
import { collect } from "../../configuration/Problems.ts"
import * as ServerConfiguration from "../../configuration/ServerConfiguration.ts"
import * as UnknownVariables from "../../configuration/UnknownVariables.ts"
import { load as loadFeatures } from "../../features/ProductFeatures.ts"
import { registered } from "../../providers/DynamicProviderRegistry.ts"
import { load } from "../../providers/PluginLoader.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

const check = "configuration"

/** The variables that a problem begins with, and what is wrong with them. */
const named = /^([A-Z][A-Z0-9_]*(?:(?:, | or )[A-Z][A-Z0-9_]*)*): ([^]*)$/

const problem = (message: string): Finding => {
  const [, names, what] = named.exec(message) ?? []
  return names === undefined || what === undefined
    ? fail(check, message, "Set them for every server alike")
    : fail(names, what, `Correct it as docs/deployment.md describes ${names}`)
}

/** What is malformed counts as absent too, further on: one finding is enough. */
const distinct = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  findings.filter(
    ({ check: own }, index) => own === check || findings.findIndex(({ check }) => check === own) === index
  )

const returnUrls = ({ returnUrls }: ServerConfiguration.Settings): Finding =>
  returnUrls.length > 0
    ? ok("RETURN_URLS", `${returnUrls.length} ${returnUrls.length === 1 ? "URL" : "URLs"} to send browsers back to`)
    : fail(
        "RETURN_URLS",
        "none is set, so that no user can connect an account",
        "Set it to the product's pages that users come back to"
      )

const featuresOf = Effect.fnUntraced(function* (
  { featuresFile }: ServerConfiguration.Settings,
  providers: ReadonlyArray<RegisteredProvider>
) {
  const definitions = providers.map(({ definition }) => definition)
  const { problems, value } = yield* collect(loadFeatures(featuresFile, definitions))
  const plugins = new Set(definitions.flatMap(({ features }) => features.map(({ id }) => id)))
  const own = Option.match(value, {
    onNone: () => 0,
    onSome: ({ catalogue }) => [...catalogue.keys()].filter((id) => !plugins.has(id)).length
  })
  return {
    problems,
    findings:
      Option.isSome(featuresFile) && problems.length === 0
        ? [ok("FEATURES_FILE", `${own} ${own === 1 ? "feature" : "features"} of the product`)]
        : []
  }
})

const providersOf = Effect.fnUntraced(function* ({ plugins, production, publicUrl }: ServerConfiguration.Settings) {
  const loads = yield* Effect.forEach(plugins, (entry) => collect(load(entry, production)))
  const loaded = loads.flatMap(({ value }) => Option.toArray(value))
  const providers = yield* collect(registered({ plugins: loaded, production, publicUrl, defaults: new Map() }))
  return {
    providers: Option.getOrElse(providers.value, (): ReadonlyArray<RegisteredProvider> => []),
    problems: [...loads.flatMap(({ problems }) => problems), ...providers.problems],
    slips: yield* UnknownVariables.find(loaded)
  }
})

/** Reads every variable, as the start does; what is wrong is told all at once, and what can be read goes on to the other checks. */
export const report = Effect.gen(function* () {
  const read = yield* collect(ServerConfiguration.read)
  const telemetry = yield* collect(Telemetry.read)
  const settings = Option.getOrUndefined(read.value)
  const { problems, providers, slips } =
    settings === undefined ? { problems: [], providers: [], slips: [] } : yield* providersOf(settings)
  const features = settings === undefined ? { problems: [], findings: [] } : yield* featuresOf(settings, providers)
  const refusals = distinct([...read.problems, ...telemetry.problems, ...problems, ...features.problems].map(problem))
  const mode = settings?.production === true ? "production" : "development"
  return {
    settings,
    providers,
    findings: [
      ...(refusals.length === 0 ? [ok(check, `complete, for ${mode}`)] : refusals),
      ...slips.map((slip) => warn(check, slip, "Correct its name, or leave it out")),
      ...features.findings,
      ...(settings === undefined ? [] : [returnUrls(settings)])
    ]
  }
})
