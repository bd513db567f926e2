import { dirname, posix } from "node:path"
import { computed, type Import } from "./Imports.ts"
import type { Source } from "./Workspace.ts"

/** The modules of effect that hold values and functions alone: no clock, no randomness, no services. */
export const pureModules: ReadonlyArray<string> = [
  "Array",
  "BigDecimal",
  "BigInt",
  "Boolean",
  "Brand",
  "Chunk",
  "Data",
  "DateTime",
  "Duration",
  "Equal",
  "Equivalence",
  "Function",
  "Hash",
  "HashMap",
  "HashSet",
  "Iterable",
  "Match",
  "NonEmptyIterable",
  "Number",
  "Option",
  "Order",
  "Ordering",
  "Predicate",
  "Record",
  "Redacted",
  "RegExp",
  "Result",
  "Schema",
  "SchemaAST",
  "SchemaGetter",
  "SchemaIssue",
  "SchemaTransformation",
  "String",
  "Struct",
  "Tuple",
  "Types",
  "absurd",
  "flow",
  "identity",
  "pipe"
]

const ioModules: ReadonlySet<string> = new Set(["FileSystem", "Path", "Stdio", "Terminal"])
const portableSubpaths = ["crypto", "encoding", "observability", "persistence"]

interface Layer {
  readonly rule: string
  readonly own: ReadonlyArray<string>
  readonly effect: (entry: Import) => boolean
  readonly node: boolean
  readonly libraries: boolean
}

const never = (): boolean => false
const always = (): boolean => true

const pureEffect = ({ names, specifier }: Import): boolean =>
  specifier === "effect" && names !== undefined && names.every((name) => pureModules.includes(name))

const portableEffect = ({ names, specifier }: Import): boolean =>
  specifier === "effect"
    ? names !== undefined && !names.some((name) => ioModules.has(name))
    : portableSubpaths.some((subpath) => `${specifier}/`.startsWith(`effect/${subpath}/`))

const core = ["@oauth-manager/application", "@oauth-manager/domain"]
const adapter: Layer = {
  rule: "an adapter imports application, domain, effect, node:* and its own libraries, never another adapter",
  own: core,
  effect: always,
  node: true,
  libraries: true
}

const layers: ReadonlyArray<readonly [folder: RegExp, layer: Layer]> = [
  [
    /^packages\/domain\//,
    {
      rule: "the domain imports only pure modules of effect",
      own: [],
      effect: pureEffect,
      node: false,
      libraries: false
    }
  ],
  [
    /^packages\/application\//,
    {
      rule: "the application imports domain, provider-sdk and effect, never an adapter, node:*, SQL or HTTP",
      own: ["@oauth-manager/domain", "@oauth-manager/provider-sdk"],
      effect: portableEffect,
      node: false,
      libraries: false
    }
  ],
  [/^packages\/adapters\/oauth\//, { ...adapter, own: [...core, "@oauth-manager/provider-sdk"] }],
  [/^packages\/adapters\/[^/]+\//, adapter],
  [
    /^packages\/providers\/sdk\/src\/conformance\//,
    {
      rule: "the conformance kit imports the port and the OAuth adapter that it drives, never another adapter or a plugin",
      own: [...core, "@oauth-manager/oauth"],
      effect: always,
      node: true,
      libraries: true
    }
  ],
  [
    /^packages\/providers\/sdk\//,
    {
      rule: "the plugin contract imports the domain and effect",
      own: ["@oauth-manager/domain"],
      effect: always,
      node: false,
      libraries: false
    }
  ],
  [
    /^packages\/providers\/[^/]+\//,
    {
      rule: "a provider plugin imports provider-sdk alone",
      own: ["@oauth-manager/provider-sdk"],
      effect: never,
      node: false,
      libraries: false
    }
  ]
]

/** `@scope/name/deep` and `name/deep` are `@scope/name` and `name`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

export const isRelative = (specifier: string): boolean => specifier.startsWith(".")

/** It needs a runner of tests, which a deployment has none of. */
const conformanceKit = "@oauth-manager/provider-sdk/conformance"

const allowed = (layer: Layer, entry: Import): boolean => {
  const { specifier } = entry
  const name = packageOf(specifier)
  if (isRelative(specifier)) return true
  if (specifier === conformanceKit) return false
  if (specifier === computed) return layer.libraries
  if (specifier.startsWith("node:")) return layer.node
  if (name.startsWith("@oauth-manager/")) return layer.own.includes(name)
  return name === "effect" ? layer.effect(entry) : layer.libraries
}

const at = (source: Source, entry: Import, rule: string): string =>
  `${source.path}:${entry.line} imports "${entry.specifier}"${entry.names ? ` {${entry.names.join(", ")}}` : ""}: ${rule}`

/** Whether a rule is written for the folder; every package but the composition root has one. */
export const hasLayer = (folder: string): boolean => layers.some(([pattern]) => pattern.test(`${folder}/`))

/** What a file imports against its layer's rule; the composition root and tests have none. */
export const layerViolations = (source: Source): ReadonlyArray<string> => {
  const layer = layers.find(([folder]) => folder.test(source.path))?.[1]
  if (layer === undefined || source.isTest) return []
  return source.imports.filter((entry) => !allowed(layer, entry)).map((entry) => at(source, entry, layer.rule))
}

/** Relative imports that step out of the package's folder. */
export const escapes = (folder: string, source: Source): ReadonlyArray<string> =>
  source.imports
    .filter(({ specifier }) => isRelative(specifier))
    .filter(({ specifier }) => !posix.join(dirname(source.path), specifier).startsWith(`${folder}/`))
    .map((entry) => at(source, entry, "a relative import stays inside its package"))
