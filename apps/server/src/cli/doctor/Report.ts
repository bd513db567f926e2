import type { Finding } from "./Finding.ts"

const lines = ({ action, check, status, what }: Finding, width: number): ReadonlyArray<string> => {
  const margin = " ".repeat(status.length === 2 ? 4 : 2)
  const indent = " ".repeat(width + 8)
  const text = (words: string) => words.replaceAll("\n", `\n${indent}`)
  return [
    `${status}${margin}${check.padEnd(width)}  ${text(what)}`,
    ...(action === undefined ? [] : [`${indent}-> ${text(action)}`])
  ]
}

/** For people: a line for each finding, and below it what to do. */
export const text = (findings: ReadonlyArray<Finding>): string => {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings.flatMap((finding) => lines(finding, width)).join("\n")
}

export const failures = (findings: ReadonlyArray<Finding>): number =>
  findings.filter(({ status }) => status === "fail").length

/** For machines. */
export const json = (findings: ReadonlyArray<Finding>): string =>
  JSON.stringify({ ok: failures(findings) === 0, findings }, undefined, 2)
