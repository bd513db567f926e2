import { globSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { parse, type Parsed } from "./Imports.ts"

export const root = fileURLToPath(new URL("../../", import.meta.url))

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly workspaces?: ReadonlyArray<string>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Source extends Parsed {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string
  readonly lines: number
  readonly isTest: boolean
}

export interface Package {
  readonly folder: string
  readonly manifest: Manifest
  readonly sources: ReadonlyArray<Source>
}

const read = (path: string): string => readFileSync(root + path, "utf8")

const files = (pattern: string): ReadonlyArray<string> =>
  globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()

export const makeSource = (path: string, text: string): Source => ({
  path,
  lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
  isTest: path.endsWith(".test.ts"),
  ...parse(text)
})

export const sources = (pattern: string): ReadonlyArray<Source> =>
  files(pattern).map((path) => {
    try {
      return makeSource(path, read(path))
    } catch (cause) {
      throw new Error(`cannot parse ${path}`, { cause })
    }
  })

const manifest = (path: string): Manifest => JSON.parse(read(path))

export const rootManifest = manifest("package.json")

export const packages: ReadonlyArray<Package> = files("{packages,apps}/**/package.json").map((path) => {
  const folder = dirname(path)
  return { folder, manifest: manifest(path), sources: sources(`${folder}/**/*.{ts,mts,cts,tsx,js,mjs,cjs}`) }
})

export const json = (path: string): unknown => JSON.parse(read(path))
