import { Option, SchemaIssue } from "effect"
import { HttpServerError } from "effect/http"
import { HttpApiError } from "effect/http-api"
import type { FieldError } from "../../api/index.ts"
import { type Refusal, refusal } from "./Refusal.ts"

/** The query as the router parsed it: a parameter that was sent twice is an array. */
export type Query = Readonly<Record<string, unknown>>

const mostErrors = 20

const unknownProperty = "is not a known property"

const messageOf: SchemaIssue.LeafHook = (issue) => {
  switch (issue._tag) {
    case "MissingKey":
      return "is required"
    case "UnexpectedKey":
      return unknownProperty
    case "InvalidType":
      return issue.ast._tag === "Never" ? unknownProperty : SchemaIssue.defaultLeafHook(issue)
    default:
      return SchemaIssue.defaultLeafHook(issue)
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook: messageOf })

const places: Partial<Record<HttpApiError.HttpApiSchemaError["kind"], string>> = {
  Params: "path",
  Query: "query",
  Headers: "header",
  Payload: "body"
}

/** A name that the caller made up may be long, and anything. */
const printable = (segment: unknown): string =>
  String(segment)
    .slice(0, 64)
    .replaceAll(/[^\x20-\x7E]/g, "?")

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof segment === "object" ? segment.key : segment

const malformedJson = "Expected a valid JSON body"

const bareTypes: Readonly<Record<string, string>> = {
  "Expected string": "must be a string",
  "Expected number": "must be a number",
  "Expected array": "must be an array"
}

const reword = (message: string, place: string, segments: ReadonlyArray<PropertyKey>, query: Query): string => {
  if (place === "query" && Array.isArray(query[String(segments[0])])) return "must be given once"
  if (place === "body" && segments.length === 0)
    return message === malformedJson ? "must be JSON" : "must be a JSON object"
  return bareTypes[message] ?? message.replace(/^Expected /, "must be ")
}

const fieldErrors = (error: HttpApiError.HttpApiSchemaError, place: string, query: Query): ReadonlyArray<FieldError> =>
  format(error.cause.issue)
    .issues.slice(0, mostErrors)
    .map(({ message, path }) => {
      const segments = (path ?? []).map(keyOf)
      return { path: [place, ...segments.map(printable)].join("."), message: reword(message, place, segments, query) }
    })

export const invalidRequest = (errors: ReadonlyArray<FieldError>): Refusal<"invalid_request"> =>
  refusal("invalid_request", "The request is not well-formed: see errors.", { errors })

const bodyFault = (error: HttpServerError.HttpServerError): Option.Option<Refusal> => {
  if (error.reason._tag !== "RequestParseError") return Option.none()
  return Option.some(
    error.reason.reason === "BodyTooLarge"
      ? refusal("payload_too_large", "Send a body of at most 64 KiB.", {})
      : invalidRequest([{ path: "body", message: "could not be read" }])
  )
}

/** What is wrong with the request, where a defect says that it is the request. */
export const requestDefect = (defect: unknown, query: Query): Option.Option<Refusal> => {
  if (HttpServerError.isHttpServerError(defect)) return bodyFault(defect)
  if (!HttpApiError.HttpApiSchemaError.is(defect)) return Option.none()
  return Option.map(Option.fromUndefinedOr(places[defect.kind]), (place) =>
    invalidRequest(fieldErrors(defect, place, query))
  )
}
