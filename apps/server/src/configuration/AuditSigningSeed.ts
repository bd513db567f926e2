import { SigningKey } from "@oauth-manager/audit"
import { Effect, Option, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { StartupFailed } from "../StartupFailed.ts"
import type { AuditSettings } from "./AuditSettings.ts"
import { createUnlessThere, makeDataFolder } from "./CreatedFile.ts"
import * as DataFolder from "./DataFolder.ts"

type Settings = Pick<AuditSettings, "auditSigningKey"> & { readonly dataDir: string }

const parse = (source: string, text: string): Effect.Effect<Redacted.Redacted<Uint8Array>, StartupFailed> =>
  Option.match(SigningKey.parseSeed(text), {
    onNone: () => Effect.fail(new StartupFailed({ message: `${source}: must be 32 bytes in base64` })),
    onSome: Effect.succeed
  })

const onFile = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, StartupFailed> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new StartupFailed({
        message: `DATA_DIR: ${path} cannot be used (${cause instanceof Error ? cause.message : "unknown failure"})`
      })
  })

const isOpen = async (path: string): Promise<boolean> =>
  process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0

/** The seed that signs checkpoints: that of AUDIT_SIGNING_KEY, or else of a file in DATA_DIR that is there. */
export const load = ({ auditSigningKey, dataDir }: Settings) => {
  if (Option.isSome(auditSigningKey)) return parse("AUDIT_SIGNING_KEY", Redacted.value(auditSigningKey.value))
  const path = DataFolder.auditSigningKey(dataDir)
  return Effect.gen(function* () {
    if (yield* onFile(path, () => isOpen(path))) {
      return yield* new StartupFailed({
        message: `DATA_DIR: ${path} is open to the group or to others: chmod 600 ${path}, and replace it if anyone may have read it`
      })
    }
    return yield* parse(path, yield* onFile(path, () => readFile(path, "utf8")))
  })
}

/** As `load`; the file is made where it is not there. */
export const loadOrCreate = (settings: Settings) => {
  const path = DataFolder.auditSigningKey(settings.dataDir)
  return Option.isSome(settings.auditSigningKey)
    ? load(settings)
    : onFile(path, async () => {
        await makeDataFolder(dirname(path))
        if (
          !(await stat(path).then(
            () => true,
            () => false
          ))
        ) {
          await createUnlessThere(path, `${randomBytes(32).toString("base64")}\n`)
        }
      }).pipe(Effect.andThen(load(settings)))
}
