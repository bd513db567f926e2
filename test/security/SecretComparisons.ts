import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const value = String.raw`Redacted\.value\([^()]*(?:\([^()]*\)[^()]*)*\)`

const operator = String.raw`(?<!=)(?:===?|!==?|<=?|>=?)(?![=>])`

/** What ends at the first difference, beside a secret or the hash of one. */
const comparison = new RegExp(
  [
    String.raw`${value}\s*${operator}(?!\s*"")`,
    String.raw`${operator}\s*${value}`,
    String.raw`${value}\s*\.(?:startsWith|endsWith|includes|indexOf|localeCompare)\(`,
    String.raw`\b\w*(?:[sS]ecret|[hH]ash|[tT]oken)\b\s*\.(?:equals|compare|localeCompare)\(`,
    String.raw`\b\w+Hash\b\s*(?:===?|!==?)(?!=)`
  ].join("|")
)

/** Both compare what is stored with what the provider that gave it answers now: nobody else chooses either side. */
const answersOfProviders = new Set(["LateTokens.ts", "OvertakenAnswers.ts"])

const isOfService = (file: string): boolean =>
  file.endsWith(".ts")
  && file.includes(join("src", ""))
  && !/node_modules|conformance|demo/.test(file)
  && !answersOfProviders.has(basename(file))

const sources = (): ReadonlyArray<string> =>
  ["packages", "apps"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file))
    )
    .filter(isOfService)

export const comparisonsIn = (source: string): ReadonlyArray<string> =>
  source.split("\n").filter((line) => comparison.test(line))

/** Lines of the service's source that compare a secret, by file. */
export const comparisonsOfSecrets = (): ReadonlyArray<string> =>
  sources().flatMap((file) =>
    comparisonsIn(readFileSync(join(root, file), "utf8")).map((line) => `${file}: ${line.trim()}`)
  )
