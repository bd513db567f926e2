import { json } from "./Workspace.ts"

interface Entry {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly optional?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Lockfile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, Entry>>
}

/** Where public packages come from; that is what an entry without an address means, too. */
const registry = "https://registry.npmjs.org/"

const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/

/** A version or a range of them, or another package of the registry under this name. */
const isPlain = (range: string): boolean => /^(npm:(@[\w.-]+\/)?[\w.-]+@)?[\w\s.^~<>=|*+-]+$/.test(range)

/**
 * The type checker's binaries for other systems, of a scope that is Effect's alone: development only, and the registry that
 * the lock file was made from does not have them.
 */
const withoutHash: ReadonlySet<string> = new Set(
  ["darwin-arm64", "darwin-x64", "linux-arm", "linux-arm64", "win32-arm64", "win32-x64"].map(
    (system) => `node_modules/@effect/tsgo-${system}@0.45.0`
  )
)

const isHashed = (path: string, { integrity, optional, version }: Entry): boolean =>
  integrity === undefined ? optional === true && withoutHash.has(`${path}@${version}`) : sha512.test(integrity)

const nameAt = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)

const sourceFaults = (path: string, entry: Entry, workspaces: ReadonlySet<string>): ReadonlyArray<string> => {
  const { link, resolved, version } = entry
  if (!path.includes("node_modules/")) return workspaces.has(path) ? [] : [`${path} is no workspace`]
  if (link === true) {
    return workspaces.has(resolved ?? "") ? [] : [`${path} links to ${resolved}, which is no workspace`]
  }
  return [
    ...(isHashed(path, entry) ? [] : [`${path} has no sha512 hash`]),
    ...(version !== undefined && /^\d+\.\d+\.\d+[\w.+-]*$/.test(version) ? [] : [`${path} has the version ${version}`]),
    ...(resolved === undefined || isOfRegistry(resolved) ? [] : [`${path} comes from ${resolved}`])
  ]
}

const isOfRegistry = (resolved: string): boolean =>
  resolved.startsWith(registry) && !/[\\@?#]|\.\./.test(resolved.replace(/\/@/g, "/"))

const rangeFaults = (path: string, entry: Entry): ReadonlyArray<string> =>
  [entry.dependencies, entry.devDependencies, entry.optionalDependencies, entry.peerDependencies]
    .flatMap((ranges) => Object.entries(ranges ?? {}))
    .filter(([, range]) => !isPlain(range))
    .map(([name, range]) => `${path === "" ? "the root" : path} asks for ${name} at ${range}`)

/** What a lock file must not say: `npm ci` does as it says, and checks no more than the hashes that are there. */
export const faults = (
  { lockfileVersion, packages }: Lockfile,
  workspaces: ReadonlySet<string>
): ReadonlyArray<string> => [
  ...(lockfileVersion === 3 ? [] : [`lockfileVersion is ${lockfileVersion}`]),
  ...Object.entries(packages).flatMap(([path, entry]) =>
    (path === "" ? [] : sourceFaults(path, entry, workspaces)).concat(rangeFaults(path, entry))
  )
]

export const read = (): Lockfile => json("package-lock.json") as Lockfile

/** Packages that are installed from the registry. */
export const installed = ({ packages }: Lockfile): ReadonlyArray<string> =>
  Object.keys(packages)
    .filter((path) => path.includes("node_modules/") && packages[path]?.link !== true)
    .map(nameAt)
