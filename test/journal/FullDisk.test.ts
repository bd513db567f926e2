import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { entryOf } from "./JournalEntries.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

const script = fileURLToPath(new URL("FullDiskWriter.ts", import.meta.url))

// A file that may not grow beyond 8 KiB fails in the middle of a write, as on a full disk
const limited = 'trap "" XFSZ; ulimit -f 16; exec "$0" "$@"'

describe.skipIf(process.platform === "win32")("a journal on a full disk", () => {
  it.live("refuses what does not fit, keeps what it has, and takes the next that fits", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const said = execFileSync("/bin/sh", ["-c", limited, process.execPath, script, folder], { encoding: "utf8" })
      assert.include(said, "fails to write: EFBIG")
      assert.deepStrictEqual(said.match(/^\S+ (Success|Failure)$/gm), [
        "before Success",
        "too-large Failure",
        "after Success"
      ])
      const { entries } = yield* journalIn(folder)
      assert.sameDeepMembers([...(yield* entries)], [entryOf("before"), entryOf("after")])
      assert.strictEqual(filesIn(folder).length, 2)
    })
  )
})
