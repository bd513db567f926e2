import { Result } from "effect"
import { existsSync, statSync } from "node:fs"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { entryOf } from "./PackageEntry.ts"

const serverFolder = resolve(fileURLToPath(new URL("../..", import.meta.url)))

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const ancestors = (folder: string): ReadonlyArray<string> => {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}

const split = (specifier: string): { readonly name: string; readonly subpath: string } => {
  const parts = specifier.split("/")
  const length = specifier.startsWith("@") ? 2 : 1
  return { name: parts.slice(0, length).join("/"), subpath: [".", ...parts.slice(length)].join("/") }
}

/** `google` is our plugin of that name, where there is one. */
const namesOf = (name: string): ReadonlyArray<string> =>
  /^[a-z0-9-]+$/.test(name) ? [`@oauth-manager/provider-${name}`, name] : [name]

/**
 * The file behind a package's name or a path, from the working directory first; else why there is none. What is no package
 * may be a path without `./`.
 */
export const locate = (specifier: string): Result.Result<string, string> => {
  const bases = [process.cwd(), serverFolder]
  const unknown = Result.fail(`was found neither from ${bases.join(" nor from ")}`)
  const path = bases.map((base) => resolve(base, specifier)).find(existsSync)
  const atPath = () => {
    if (path === undefined) return unknown
    return isFolder(path) ? entryOf(path) : Result.succeed(path)
  }
  if (specifier.startsWith(".") || isAbsolute(specifier)) return atPath()
  const { name, subpath } = split(specifier)
  const folder = namesOf(name)
    .flatMap((candidate) => bases.flatMap(ancestors).map((base) => join(base, "node_modules", candidate)))
    .find(isFolder)
  return folder === undefined ? atPath() : entryOf(folder, subpath)
}
