import { readFileSync } from "node:fs"
import { registerHooks, stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"

const isContract = (specifier: string): boolean => /^@oauth-manager\/provider-sdk(\/|$)/.test(specifier)

const isInstalledTypeScript = (url: string): boolean => /^file:.*\/node_modules\/.*\.m?ts$/.test(url)

/** Node warns once that stripping by hand is experimental; its own loader does the same without a warning. */
const stripTypes = (source: string): string => {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: ReadonlyArray<unknown>) => {
    if (rest[0] !== "ExperimentalWarning") Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Code in this process can do what it likes; but not by accident, nor through an answer that it merges into an object. */
const keepFromPollution = (): void => {
  for (const shared of [Object.prototype, Array.prototype, Function.prototype]) Object.preventExtensions(shared)
}

let isPrepared = false

/**
 * Makes plugins importable from wherever they are: all get this server's plugin contract, also those outside of any
 * node_modules, and installed ones may be TypeScript, which Node refuses to strip below node_modules. From then on nothing can be added to what all objects inherit.
 */
export const prepare = (): void => {
  if (isPrepared) return
  isPrepared = true
  keepFromPollution()
  registerHooks({
    resolve: (specifier, context, next) =>
      isContract(specifier) && context.parentURL !== import.meta.url
        ? { url: import.meta.resolve(specifier), shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      isInstalledTypeScript(url)
        ? { format: "module", source: stripTypes(readFileSync(fileURLToPath(url), "utf8")), shortCircuit: true }
        : next(url, context)
  })
}
