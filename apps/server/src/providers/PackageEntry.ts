import { Predicate, Result } from "effect"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"

const conditions = new Set(["import", "module-sync", "node", "default"])

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

const target = (exports: unknown): string | undefined => {
  if (typeof exports === "string") return exports
  if (Array.isArray(exports)) return exports.map(target).find((file) => file !== undefined)
  if (!Predicate.isObject(exports)) return undefined
  return Object.entries(exports)
    .filter(([condition]) => conditions.has(condition))
    .map(([, inner]) => target(inner))
    .find((file) => file !== undefined)
}

const exported = (exports: unknown, subpath: string): string | undefined => {
  const isBySubpath = Predicate.isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."))
  if (isBySubpath) return target(exports[subpath])
  return subpath === "." ? target(exports) : undefined
}

const spellings = (file: string): ReadonlyArray<string> => [
  file,
  `${file}.js`,
  `${file}.ts`,
  `${file}/index.js`,
  `${file}/index.ts`
]

const firstOf = (folder: string, files: ReadonlyArray<string>, problem: string): Result.Result<string, string> => {
  const found = files.map((file) => resolve(folder, file)).find(isFile)
  return found === undefined ? Result.fail(`${problem}: ${folder}`) : Result.succeed(found)
}

const readManifest = (folder: string): Result.Result<Readonly<Record<string, unknown>>, string> =>
  Result.try({
    try: () => {
      const path = join(folder, "package.json")
      const manifest: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {}
      return Predicate.isObject(manifest) ? manifest : {}
    },
    catch: () => `has a package.json that cannot be read: ${folder}`
  })

/** The file that a package's folder stands for (`.`), or its `./subpath`; else what is wrong with it. */
export const entryOf = (folder: string, subpath = "."): Result.Result<string, string> =>
  Result.flatMap(readManifest(folder), ({ exports, main }) => {
    if (exports !== undefined && exports !== null) {
      const file = exported(exports, subpath)
      return file === undefined
        ? Result.fail(`has a package.json that exports nothing to import as ${subpath}: ${folder}`)
        : firstOf(folder, [file], `lacks the file ${file} that its package.json exports`)
    }
    const file = subpath === "." ? main : subpath
    return typeof file === "string"
      ? firstOf(folder, spellings(file), `lacks the file ${file}`)
      : firstOf(
          folder,
          ["index.js", "index.ts"],
          "has neither a package.json that tells its entry, nor an index.js or index.ts"
        )
  })
