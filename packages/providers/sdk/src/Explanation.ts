import { Predicate, type Schema, type SchemaAST, SchemaIssue } from "effect"
import { alternatives, discriminator, noun, ofCheck, requirement } from "./Expectation.ts"

type Path = ReadonlyArray<PropertyKey>

/** What is explained, for people. */
export interface Explained {
  /** All of it. */
  readonly whole: string
  /** What says which fields there are. */
  readonly contract: string
}

const plugin: Explained = { whole: "the default export", contract: "the plugin contract" }

const line = (path: Path, problem: string, { whole }: Explained): string =>
  `${path.map(String).join(".") || whole}: ${problem}`

/** Does the value itself fail, and nothing inside it? */
const isWhole = (issue: SchemaIssue.Issue): boolean =>
  issue._tag === "InvalidType" || (issue._tag === "AnyOf" && issue.issues.every(isWhole))

/** Where names are free, that it is not among them can only be for how it is spelled. */
const unexpected = ({ ast }: SchemaIssue.UnexpectedKey, { contract }: Explained): string => {
  const [index] = ast._tag === "Objects" ? ast.indexSignatures : []
  return index === undefined
    ? `is not a field of ${contract}`
    : `cannot be named so: the name ${requirement(index.parameter)}`
}

const linesFor = (explained: Explained) => {
  const tell = (path: Path, problem: string): string => line(path, problem, explained)

  const missing = (parent: SchemaAST.AST | undefined, path: Path, key: PropertyKey): string => {
    if (parent?._tag === "Arrays") return tell(path, "must not be empty")
    const type =
      parent?._tag === "Objects" ? parent.propertySignatures.find(({ name }) => name === key)?.type : undefined
    return tell([...path, key], type === undefined ? "is missing" : `is missing; it ${requirement(type)}`)
  }

  const ofUnion = (issue: SchemaIssue.AnyOf, path: Path): ReadonlyArray<string> => {
    const found = discriminator(issue.ast)
    const input = SchemaIssue.hasInput(issue) ? issue.input : undefined
    if (issue.issues.length === 0 && found !== undefined && Predicate.isObject(input)) {
      const { key, values } = found
      const problem = `must be ${alternatives(values)}`
      return [tell([...path, key], Object.hasOwn(input, key) ? problem : `is missing; it ${problem}`)]
    }
    return issue.issues.every(isWhole)
      ? [tell(path, `must be ${noun(issue.ast)}`)]
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
          ? [tell(path, issue.issue.annotations?.message ?? ofCheck(issue.filter) ?? "cannot be so")]
          : linesOf(issue.issue, path)
      case "Encoding":
        return linesOf(issue.issue, path)
      case "UnexpectedKey":
        return [tell(path, unexpected(issue, explained))]
      case "InvalidType":
        return [tell(path, `must be ${noun(issue.ast)}`)]
      case "InvalidValue":
        return [tell(path, issue.annotations?.message ?? "cannot be so")]
      default:
        return [tell(path, "cannot be so")]
    }
  }
  return linesOf
}

/** Each field that is wrong and what was expected of it, such as `pkce: must be required or unsupported`. */
export const explain = ({ issue }: Schema.SchemaError, explained: Explained = plugin): ReadonlyArray<string> => [
  ...new Set(linesFor(explained)(issue, []))
]
