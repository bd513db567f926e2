import { Predicate, type Schema, type SchemaAST, SchemaIssue } from "effect"
import { alternatives, discriminator, noun, ofCheck, requirement } from "./Expectation.ts"

type Path = ReadonlyArray<PropertyKey>

const line = (path: Path, problem: string): string =>
  `${path.map(String).join(".") || "the default export"}: ${problem}`

const missing = (parent: SchemaAST.AST | undefined, path: Path, key: PropertyKey): string => {
  if (parent?._tag === "Arrays") return line(path, "must not be empty")
  const type = parent?._tag === "Objects" ? parent.propertySignatures.find(({ name }) => name === key)?.type : undefined
  return line([...path, key], type === undefined ? "is missing" : `is missing; it ${requirement(type)}`)
}

/** Does the value itself fail, and nothing inside it? */
const isWhole = (issue: SchemaIssue.Issue): boolean =>
  issue._tag === "InvalidType" || (issue._tag === "AnyOf" && issue.issues.every(isWhole))

const ofUnion = (issue: SchemaIssue.AnyOf, path: Path): ReadonlyArray<string> => {
  const found = discriminator(issue.ast)
  const input = SchemaIssue.hasInput(issue) ? issue.input : undefined
  if (issue.issues.length === 0 && found !== undefined && Predicate.isObject(input)) {
    const { key, values } = found
    const problem = `must be ${alternatives(values)}`
    return [line([...path, key], Object.hasOwn(input, key) ? problem : `is missing; it ${problem}`)]
  }
  return issue.issues.every(isWhole)
    ? [line(path, `must be ${noun(issue.ast)}`)]
    : issue.issues.flatMap((inner) => linesOf(inner, path))
}

const linesOf = (issue: SchemaIssue.Issue, path: Path, parent?: SchemaAST.AST): ReadonlyArray<string> => {
  switch (issue._tag) {
    case "Composite":
      return issue.issues.flatMap((inner) => linesOf(inner, path, issue.ast))
    case "AnyOf":
      return ofUnion(issue, path)
    case "Pointer":
      return issue.issue._tag === "MissingKey"
        ? issue.path.map((key) => missing(parent, path, key))
        : linesOf(issue.issue, [...path, ...issue.path])
    case "Filter":
      return issue.issue._tag === "InvalidValue"
        ? [line(path, issue.issue.annotations?.message ?? ofCheck(issue.filter) ?? "cannot be so")]
        : linesOf(issue.issue, path)
    case "Encoding":
      return linesOf(issue.issue, path)
    case "UnexpectedKey":
      return [line(path, "is not a field of the plugin contract")]
    case "InvalidType":
      return [line(path, `must be ${noun(issue.ast)}`)]
    case "InvalidValue":
      return [line(path, issue.annotations?.message ?? "cannot be so")]
    default:
      return [line(path, "cannot be so")]
  }
}

/** Each field that is wrong and what was expected of it, such as `pkce: must be required or unsupported`. */
export const explain = ({ issue }: Schema.SchemaError): ReadonlyArray<string> => [...new Set(linesOf(issue, []))]
