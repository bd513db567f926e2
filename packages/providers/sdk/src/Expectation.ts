import type { SchemaAST } from "effect"

/** `a, b or c`. */
export const alternatives = (items: ReadonlyArray<string>): string =>
  new Intl.ListFormat("en-GB", { type: "disjunction" }).format(items)

interface Discriminator {
  readonly key: string
  readonly values: ReadonlyArray<string>
}

const literalAt = (ast: SchemaAST.AST, key: PropertyKey): string | undefined => {
  const type = ast._tag === "Objects" ? ast.propertySignatures.find(({ name }) => name === key)?.type : undefined
  return type?._tag === "Literal" ? String(type.literal) : undefined
}

/** The member that tells the objects of a union apart. */
export const discriminator = ({ types }: SchemaAST.Union): Discriminator | undefined => {
  const [first] = types
  if (types.length < 2 || first?._tag !== "Objects") return undefined
  const name = first.propertySignatures.find(({ name }) =>
    types.every((type) => literalAt(type, name) !== undefined)
  )?.name
  return typeof name === "string"
    ? { key: name, values: types.flatMap((type) => literalAt(type, name) ?? []) }
    : undefined
}

const ofUnion = (union: SchemaAST.Union): ReadonlyArray<string> => {
  const found = discriminator(union)
  return found === undefined
    ? union.types.flatMap((type) => (type._tag === "Union" ? ofUnion(type) : [noun(type)]))
    : [`an object whose ${found.key} is ${alternatives(found.values)}`]
}

const isNotEmpty = ({ annotations }: SchemaAST.Check<never>): boolean =>
  annotations?.expected === "a value with a length of at least 1"

/** What a schema takes, for people: `a list`, `required or unsupported`. */
export const noun = (ast: SchemaAST.AST): string => {
  switch (ast._tag) {
    case "String":
      return ast.checks?.some(isNotEmpty) === true ? "a string that is not empty" : "a string"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Literal":
      return String(ast.literal)
    case "Arrays":
      return ast.elements.length > 0 ? "a list that is not empty" : "a list"
    case "Union":
      return alternatives(ofUnion(ast))
    case "Declaration":
      return typeof ast.annotations?.["expected"] === "string" ? ast.annotations["expected"] : "a value of its own kind"
    default:
      return "an object"
  }
}

/** What a check asks for, where it says so for every value alike. */
export const ofCheck = (check: SchemaAST.Check<never>): string | undefined => {
  const { expected, message } = check.annotations ?? {}
  if (typeof message === "string") return message
  if (isNotEmpty(check)) return "must not be empty"
  return typeof expected === "string" ? `must be ${expected}` : undefined
}

/** What a schema asks for: the first of its checks that says so, else its type. */
export const requirement = (ast: SchemaAST.AST): string =>
  ast.checks
    ?.filter((check) => !isNotEmpty(check))
    .map(ofCheck)
    .find((text) => text?.startsWith("must ")) ?? `must be ${noun(ast)}`
