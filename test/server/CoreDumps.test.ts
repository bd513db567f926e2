import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

const module = new URL("../../apps/server/src/hardening/CoreDumps.ts", import.meta.url).href

const script = `
  const { Effect } = await import("effect")
  const { arePossible } = await import(${JSON.stringify(module)})
  console.log(await Effect.runPromise(arePossible))`

/** What a process tells of itself that may write core files of this size. */
const toldUnder = (limit: string): string =>
  execFileSync("sh", ["-c", `ulimit -S -c ${limit}; exec "$0" --input-type=module -e "$1"`, process.execPath, script], {
    encoding: "utf8",
    cwd: new URL("../..", import.meta.url)
  }).trim()

describe("core dumps", () => {
  it("are possible where the process may write them, and not where their size is limited to nothing", () => {
    const hard = execFileSync("sh", ["-c", "ulimit -H -c"], { encoding: "utf8" }).trim()
    assert.strictEqual(toldUnder("0"), "false")
    assert.strictEqual(toldUnder(hard), String(hard !== "0"))
  })
})
