import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { wellFormed } from "../plugins-contract/Manifest.ts"

/** A folder outside the repository, with these files. */
export const folderWith = async (
  files: Readonly<Record<string, string>>
): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> => {
  const path = await realpath(await mkdtemp(join(tmpdir(), "oauth-manager-plugins-")))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

const fields = (id: string, changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...wellFormed, id, features: [], ...changes })

const name = `name: defineProvider === globalThis.serversContract ? "one contract" : "two contracts"`

/** A plugin as its author writes it. Its provider's name tells whether it was given the server's own contract. */
export const plugin = (id: string, changes: Readonly<Record<string, unknown>> = {}): string =>
  `import { defineProvider } from "@oauth-manager/provider-sdk"
export default defineProvider({ ...${fields(id, changes)}, ${name} })
`

export const typed = (id: string): string =>
  `import { defineProvider, type ProviderManifest } from "@oauth-manager/provider-sdk"
import { title } from "./Title.ts"
declare global { var serversContract: unknown }
const own: Omit<ProviderManifest, "name"> = ${fields(id, {})} as const
export default defineProvider({ ...own, name: defineProvider === globalThis.serversContract ? title : "two contracts" })
`

export const commonJs = (id: string): string =>
  `"use strict"
Object.defineProperty(exports, "__esModule", { value: true })
const { defineProvider } = require("@oauth-manager/provider-sdk")
exports.default = defineProvider({ ...${fields(id, {})}, ${name} })
`

export const manifestOf = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ version: "1.0.0", type: "module", ...fields })
