import type { JsonObject } from "../index.ts"

type Node = Record<string, unknown> | Array<unknown>

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null

const isPosition = (name: string | undefined): boolean => name !== undefined && /^\d+$/.test(name)

/** A copy with a value at a path of the contract's `Path`; whatever is missing on the way is made. */
export const writePath = (tree: JsonObject, path: string, value: unknown): JsonObject => {
  const copy = structuredClone(tree) as Record<string, unknown>
  const names = path.split(".")
  let node: Node = copy
  for (const [index, name] of names.entries()) {
    const members = node as Record<string, unknown>
    if (index === names.length - 1) {
      members[name] = value
    } else {
      const member = members[name]
      const next: Node = isNode(member) ? member : isPosition(names[index + 1]) ? [] : {}
      members[name] = next
      node = next
    }
  }
  return copy
}

/** A copy without the member at a path; `undefined` in an array is no member. */
export const withoutPath = (tree: JsonObject, path: string): JsonObject => {
  const copy = structuredClone(tree) as Record<string, unknown>
  const names = path.split(".")
  const last = names.pop() ?? ""
  const parent = names.reduce<unknown>(
    (node, name) => (isNode(node) ? (node as Record<string, unknown>)[name] : undefined),
    copy
  )
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (isNode(parent)) delete (parent as Record<string, unknown>)[last]
  return copy
}

/** The paths of every member that is neither an object nor an array, with its value. */
export const leaves = (tree: unknown, prefix: ReadonlyArray<string> = []): ReadonlyArray<readonly [string, unknown]> =>
  isNode(tree)
    ? Object.entries(tree).flatMap(([name, member]) => leaves(member, [...prefix, name]))
    : [[prefix.join("."), tree]]
