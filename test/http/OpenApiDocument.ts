import { Api } from "@oauth-manager/http/api"
import { OpenApi } from "effect/http-api"

export const document = OpenApi.fromApi(Api)

interface SchemaObject {
  readonly $ref?: string
  readonly anyOf?: ReadonlyArray<SchemaObject>
  readonly properties?: { readonly code?: { readonly enum?: ReadonlyArray<string> } }
}

const schemas = document.components.schemas as Readonly<Record<string, SchemaObject>>

const codesIn = (schema: SchemaObject | undefined): ReadonlyArray<string> => {
  if (schema === undefined) return []
  if (schema.$ref !== undefined) return codesIn(schemas[schema.$ref.slice("#/components/schemas/".length)])
  return schema.anyOf?.flatMap(codesIn) ?? schema.properties?.code?.enum ?? []
}

export interface Operation {
  readonly method: string
  /** With `{}` around parameters. */
  readonly path: string
  readonly guarded: boolean
  /** The codes of the problems that it may answer with, each behind its status. */
  readonly problems: ReadonlyArray<string>
}

interface OperationObject {
  readonly security: ReadonlyArray<unknown>
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: SchemaObject }>> }>
  >
}

const paths = document.paths as unknown as Readonly<Record<string, Readonly<Record<string, OperationObject>>>>

/** Every operation that the document describes. */
export const operations: ReadonlyArray<Operation> = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    guarded: operation.security.length > 0,
    problems: Object.entries(operation.responses).flatMap(([status, response]) =>
      codesIn(response.content?.["application/problem+json"]?.schema).map((code) => `${status} ${code}`)
    )
  }))
)

export const operationOf = (method: string, path: string): Operation => {
  const found = operations.find((operation) => operation.method === method && operation.path === path)
  if (found === undefined) throw new Error(`the document describes no ${method} ${path}`)
  return found
}
