import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { open, readFile } from "node:fs/promises"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"

const write = async (file: string) => {
  const password = randomBytes(32).toString("hex")
  const handle = await open(file, "w", 0o600)
  try {
    await handle.writeFile(password)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return password
}

/** What the file holds; empty where there is none. */
export const read = (dataDir: string) => {
  const file = `${dataDir}.password`
  return filesystem(() =>
    readFile(file, "utf8").catch((cause) => {
      if (cause.code === "ENOENT") return ""
      throw new Error(`${file}: ${cause.message}`)
    })
  )
}

/** The superuser's password, kept beside the cluster (0600) and written before the cluster is made: 64 hexadecimal digits. */
export const ensure = Effect.fnUntraced(function* (dataDir: string, clusterExists: boolean) {
  const file = `${dataDir}.password`
  const kept = yield* read(dataDir)
  if (/^[0-9a-f]{64}$/.test(kept)) return kept
  if (clusterExists) {
    return yield* new EmbeddedPostgresFailed({
      reason: "PasswordMissing",
      message: `The cluster ${dataDir} has lost its password file ${file}: restore that file, or set DATA_DIR to another folder`
    })
  }
  return yield* filesystem(() => write(file))
})
