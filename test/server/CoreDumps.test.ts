import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

const of = (file: string) => new URL(`../../apps/server/src/${file}`, import.meta.url).href

const script = `
  const { Effect } = await import("effect")
  const { arePossible } = await import(${JSON.stringify(of("hardening/CoreDumps.ts"))})
  const { findings } = await import(${JSON.stringify(of("cli/doctor/ProcessCheck.ts"))})
  const statuses = (production) => Effect.map(findings({ production }), (found) => found.map(({ status }) => status))
  console.log(JSON.stringify(await Effect.runPromise(Effect.all([arePossible, statuses(true), statuses(false)]))))`

/** What a process that may write core files of this size tells of itself, and the doctor of it in production and in development. */
const toldUnder = (limit: string): unknown =>
  JSON.parse(
    execFileSync(
      "sh",
      ["-c", `ulimit -S -c ${limit}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      {
        encoding: "utf8",
        cwd: new URL("../..", import.meta.url)
      }
    )
  )

describe("core dumps", () => {
  it("are possible where the process may write them, and not where their size is limited to nothing", () => {
    const hard = execFileSync("sh", ["-c", "ulimit -H -c"], { encoding: "utf8" }).trim()
    assert.deepStrictEqual(toldUnder("0"), [false, ["ok"], []])
    assert.deepStrictEqual(toldUnder(hard), hard === "0" ? [false, ["ok"], []] : [true, ["warn"], []])
  })
})
