import { Schema, String } from "effect"
import { ProblemDetails } from "effect/http"
import { HttpApiSchema } from "effect/http-api"
import { problemCatalogue, type ProblemCode, problemType } from "./ProblemCatalogue.ts"

const identifier = (code: ProblemCode): string => `${String.snakeToPascal(code)}Problem`

/** The wire form of one problem (RFC 9457): the common members and those of its own. */
export const problem = <const Code extends ProblemCode, const Members extends Schema.Struct.Fields>(
  code: Code,
  members: Members
) => {
  const entry: (typeof problemCatalogue)[Code] = problemCatalogue[code]
  return Schema.Struct({
    type: Schema.Literal(problemType(code)),
    title: Schema.Literal(entry.title),
    status: Schema.Literal(entry.status),
    code: Schema.Literal(code),
    detail: Schema.String,
    request_id: Schema.String,
    ...members
  })
    .annotate({ identifier: identifier(code), description: entry.title, httpApiStatus: entry.status })
    .pipe(HttpApiSchema.asJson({ contentType: ProblemDetails.contentType }))
}
