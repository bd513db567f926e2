import { parseAst } from "vitest/node"

export interface Import {
  readonly specifier: string
  /** The names taken from the module; undefined when all of it is. */
  readonly names: ReadonlyArray<string> | undefined
  readonly line: number
}

export interface Parsed {
  readonly imports: ReadonlyArray<Import>
  readonly strings: ReadonlySet<string>
}

/** The specifier of an `import(expression)` whose target only the running program knows. */
export const computed = "<computed>"

interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string"

const nodes = (value: unknown): ReadonlyArray<Node> => (Array.isArray(value) ? value.filter(isNode) : [])

const literal = (value: unknown): string => (isNode(value) && typeof value.value === "string" ? value.value : computed)

const nameOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined
  if (value.type === "TSQualifiedName") return nameOf(value.left)
  return typeof value.name === "string" ? value.name : typeof value.value === "string" ? value.value : undefined
}

const named = (specifiers: ReadonlyArray<Node>, field: string): ReadonlyArray<string> | undefined => {
  const names = specifiers.map((specifier) =>
    specifier.type === "ImportDefaultSpecifier" ? "default" : nameOf(specifier[field])
  )
  return names.every((name) => name !== undefined) ? names : undefined
}

const calls = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === "CallExpression" && nameOf(node.callee) === name

const isModuleCall = (callee: unknown): boolean => {
  if (!isNode(callee)) return false
  if (callee.type !== "MemberExpression") return nameOf(callee) === "require" || calls(callee, "createRequire")
  if (nameOf(callee.property) !== "resolve" || !isNode(callee.object)) return false
  const { object } = callee
  return object.type === "MetaProperty" || nameOf(object) === "require" || calls(object, "createRequire")
}

const importOf = (node: Node): Pick<Import, "specifier" | "names"> | undefined => {
  switch (node.type) {
    case "ImportDeclaration":
      return { specifier: literal(node.source), names: named(nodes(node.specifiers), "imported") }
    case "ExportNamedDeclaration":
      return node.source === null || node.source === undefined
        ? undefined
        : { specifier: literal(node.source), names: named(nodes(node.specifiers), "local") }
    case "ExportAllDeclaration":
    case "ImportExpression":
      return { specifier: literal(node.source), names: undefined }
    case "TSImportType": {
      const name = nameOf(node.qualifier)
      return { specifier: literal(node.source), names: name === undefined ? undefined : [name] }
    }
    case "TSExternalModuleReference":
      return { specifier: literal(node.expression), names: undefined }
    case "CallExpression":
      return isModuleCall(node.callee)
        ? { specifier: literal((node.arguments as ReadonlyArray<unknown>)[0]), names: undefined }
        : undefined
    default:
      return undefined
  }
}

/** Every module a TypeScript source names: static, type-only, dynamic, re-exported, required or resolved. */
export const parse = (text: string): Parsed => {
  const imports: Array<Import> = []
  const strings = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!isNode(value)) return
    const found = importOf(value)
    if (found !== undefined) {
      imports.push({ ...found, line: text.slice(0, value.start).split("\n").length })
    } else if (value.type === "Literal" && typeof value.value === "string") {
      strings.add(value.value)
    }
    for (const child of Object.values(value)) visit(child)
  }
  visit(parseAst(text, { lang: "ts" }))
  return { imports, strings }
}
