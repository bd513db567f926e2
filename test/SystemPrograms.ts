import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** A program that npm has no package of, and the tests that need it. */
interface SystemProgram {
  readonly names: ReadonlyArray<string>
  /** The environment variable that names it where it is not on the PATH. */
  readonly variable: string
  /** Of Debian. */
  readonly package: string
  readonly tests: string
}

export const chromium: SystemProgram = {
  names: ["chromium", "chromium-browser", "google-chrome"],
  variable: "CHROMIUM_PATH",
  package: "chromium",
  tests: "test/e2e/browser/**"
}

export const redis: SystemProgram = {
  names: ["redis-server"],
  variable: "TEST_REDIS_SERVER",
  package: "redis-server",
  tests: "test/server/SharedLimits.test.ts"
}

export const all: ReadonlyArray<SystemProgram> = [chromium, redis]

const canRun = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const folders = (process.env["PATH"] ?? "").split(delimiter)

export const find = ({ names, variable }: SystemProgram): string | undefined =>
  process.env[variable] ?? names.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun)

export const require = (program: SystemProgram): string => {
  const found = find(program)
  if (found !== undefined) return found
  throw new Error(
    `this test needs ${program.names[0]}: apt-get install ${program.package}, or name the program in ${program.variable}`
  )
}

/** Left out of `npm test` for want of them; `npm run test:full` leaves nothing out. */
export const missing = process.env["TEST_FULL"] === "1" ? [] : all.filter((program) => find(program) === undefined)
