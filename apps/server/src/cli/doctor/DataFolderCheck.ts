import { WaitingAnswers } from "@oauth-manager/journal"
import { Effect } from "effect"
import { constants, existsSync } from "node:fs"
import { access, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import * as DataFolder from "../../configuration/DataFolder.ts"
import type { Settings } from "../../configuration/ServerConfiguration.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

const check = "DATA_DIR"
const lasting = "Set it to a folder of the user who runs the server, in production on a volume that lasts"

const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)))

/** Whether files can be made there, without making one. */
const isWritable = async (folder: string): Promise<boolean> =>
  (await stat(folder)).isDirectory()
  && (await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false
  ))

const writable = (folder: string): Effect.Effect<Finding> =>
  Effect.promise(async () => {
    const there = nearest(folder)
    if (!(await isWritable(there))) return fail(check, `${there} cannot be written to by this user`, lasting)
    return ok(check, there === folder ? `${folder} can be written to` : `${folder} is made at the first start`)
  })

const waiting = (folder: string): Effect.Effect<Finding> =>
  Effect.match(WaitingAnswers.count(DataFolder.refreshJournal(folder)), {
    onFailure: ({ message }) => fail("refresh journal", message, "Give the folder to the user who runs the server"),
    onSuccess: (count) =>
      count === 0
        ? ok("refresh journal", "no answer of a provider waits to be saved")
        : warn(
            "refresh journal",
            `${count} ${count === 1 ? "answer of a provider waits" : "answers of providers wait"} to be saved`,
            "Keep DATA_DIR: a server saves them when it starts, or as soon as the database is back"
          )
  })

export const findings = ({ dataDir }: Settings) => Effect.all([writable(resolve(dataDir)), waiting(resolve(dataDir))])
