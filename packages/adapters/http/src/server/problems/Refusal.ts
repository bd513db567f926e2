import { Duration } from "effect"
import { HttpServerResponse, ProblemDetails } from "effect/http"
import { problemCatalogue, type ProblemCode, type ProblemOf, problemType } from "../../api/index.ts"

type Common = "type" | "title" | "status" | "code" | "detail" | "request_id"
type MembersOf<Code extends ProblemCode> = Omit<ProblemOf<Code>, Common>

/** A problem before it is known which request it answers. */
export interface Refusal<Code extends ProblemCode = ProblemCode> {
  readonly code: Code
  /** Says what to change. Never a provider's text, never a secret. */
  readonly detail: string
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

export const refusal = <Code extends ProblemCode>(
  code: Code,
  detail: string,
  members: MembersOf<Code>,
  headers: Readonly<Record<string, string>> = {}
): Refusal<Code> => ({ code, detail, members, headers })

/** In whole seconds, at least one. */
export const retryAfter = (duration: Duration.Duration): Readonly<Record<string, string>> => ({
  "retry-after": String(Math.max(1, Math.ceil(Duration.toSeconds(duration))))
})

export const statusOf = (refusal: Refusal): number => problemCatalogue[refusal.code].status

/** The problem document (RFC 9457). */
export const toProblem = <Code extends ProblemCode>(
  { code, detail, members }: Refusal<Code>,
  requestId: string
): ProblemOf<Code> => {
  const { status, title } = problemCatalogue[code]
  return { type: problemType(code), title, status, code, detail, request_id: requestId, ...members } as ProblemOf<Code>
}

export const respond = (refusal: Refusal, requestId: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(toProblem(refusal, requestId)), {
    status: statusOf(refusal),
    contentType: ProblemDetails.contentType,
    headers: refusal.headers
  })
