import { Effect } from "effect"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { randomKey } from "./VaultFixture.ts"

export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "keyring-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A line of a keyring: a random key under the id. */
export const entry = (id: string): string => `${id}:${randomKey(id).key.export().toString("base64")}`

/** Puts a keyring in the place of the one that is there, as a deployment tool does. */
export const put = (path: string, ...entries: ReadonlyArray<string>) =>
  Effect.sync(() => {
    writeFileSync(`${path}.new`, entries.map((line) => `${line}\n`).join(""), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  })

/** A keyring file of the given entries. */
export const keyring = (...entries: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const path = join(yield* folder, "keyring")
    yield* put(path, ...entries)
    return path
  })
