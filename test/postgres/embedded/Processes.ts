import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"

const read = (pid: number) => {
  if (process.platform !== "linux") {
    const line = execFileSync("ps", ["-p", `${pid}`, "-o", "stat=,pgid=,uid="], { encoding: "utf8" })
    const [state = "", group, uid] = line.trim().split(/\s+/)
    return { state, group: Number(group), uid: Number(uid) }
  }
  const [state = "", , group] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
  return { state, group: Number(group), uid: statSync(`/proc/${pid}`).uid }
}

/** The user and the process group of a process; `undefined` when it is gone or waits only to be reaped. */
export const describeProcess = (pid: number) => {
  try {
    const { group, state, uid } = read(pid)
    return state.startsWith("Z") ? undefined : { group, uid }
  } catch {
    return undefined
  }
}
