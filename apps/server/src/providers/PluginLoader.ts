import { decodeProvider, type ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Result, SchemaIssue } from "effect"
import { existsSync, readFileSync, statSync } from "node:fs"
import { findPackageJSON } from "node:module"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { StartupFailed } from "../StartupFailed.ts"

const serverFolder = dirname(fileURLToPath(import.meta.url))
const bases = (): ReadonlyArray<string> => [serverFolder, process.cwd()]

const failed = (specifier: string, problem: string) =>
  new StartupFailed({ message: `PROVIDERS: the plugin ${specifier} ${problem}` })

type Exports = string | { readonly [condition: string]: Exports } | undefined

const conditions = ["import", "node", "default"]

const target = (exports: Exports): string | undefined => {
  if (exports === undefined || typeof exports === "string") return exports
  const condition = ["."].concat(conditions).find((name) => name in exports)
  return condition === undefined ? undefined : target(exports[condition])
}

/** The file a package's folder stands for, by its package.json or else its index file. */
const entryOf = (folder: string): string | undefined => {
  const manifest = join(folder, "package.json")
  const declared = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {}
  return [target(declared.exports), declared.main, "index.js", "index.ts"]
    .filter((file): file is string => typeof file === "string")
    .map((file) => resolve(folder, file))
    .find(existsSync)
}

const locate = (specifier: string): string | undefined => {
  if (specifier.startsWith(".") || isAbsolute(specifier)) {
    const path = bases()
      .map((base) => resolve(base, specifier))
      .toReversed()
      .find(existsSync)
    return path !== undefined && statSync(path).isDirectory() ? entryOf(path) : path
  }
  for (const base of bases()) {
    const manifest = findPackageJSON(specifier, pathToFileURL(`${base}/`))
    const entry = manifest === undefined ? undefined : entryOf(dirname(manifest))
    if (entry !== undefined) return entry
  }
  return undefined
}

const describe = (issue: SchemaIssue.Issue): string =>
  SchemaIssue.makeFormatterStandardSchemaV1()(issue)
    .issues.map(({ path, message }) => `${path?.map(String).join(".") || "the default export"}: ${message}`)
    .join("; ")

/** Imports a plugin named in PROVIDERS and checks its default export against the plugin contract. */
export const load = Effect.fnUntraced(function* (
  specifier: string
): Effect.fn.Return<ProviderDefinition, StartupFailed> {
  const path = yield* Effect.orElseSucceed(
    Effect.try({ try: () => locate(specifier), catch: () => undefined }),
    () => undefined
  )
  if (path === undefined) {
    return yield* failed(specifier, `was found neither from ${serverFolder} nor from ${process.cwd()}`)
  }
  const module: { readonly default?: unknown } = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(path).href),
    catch: (error) => failed(specifier, `cannot be imported: ${error instanceof Error ? error.message : String(error)}`)
  })
  const decoded = decodeProvider(module.default)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* failed(specifier, `does not keep to the plugin contract: ${describe(decoded.failure.issue)}`)
})
