import { defaultLimit } from "./Paging.ts"

type Json = Readonly<Record<string, unknown>>

interface Document extends Json {
  readonly paths: Json
  readonly components: Json & { readonly schemas: Json }
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null

const mapObjects = (value: unknown, change: (object: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change))
  if (!isObject(value)) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapObjects(item, change)])))
}

/** Later versions may add members to answers: clients must not refuse them. */
const open = (schema: unknown): unknown =>
  mapObjects(schema, (object) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name !== "additionalProperties"))
  )

const openAnswers = (object: Json): Json =>
  "responses" in object ? { ...object, responses: open(object["responses"]) } : object

/** The schema of the query's text alone would say that a limit is a string. */
const numberLimits = (object: Json): Json =>
  object["name"] === "limit"
    ? { ...object, schema: { type: "integer", minimum: 1, maximum: 100, default: defaultLimit } }
    : object

const reference = /#\/components\/schemas\/(\w+)/g

const bodiesOf = (paths: Json): ReadonlySet<string | undefined> => {
  const bodies = new Set<string | undefined>()
  mapObjects(paths, (object) => {
    for (const [, name] of JSON.stringify(object["requestBody"] ?? {}).matchAll(reference)) bodies.add(name)
    return object
  })
  return bodies
}

/** Adds to the generated document what the schemas alone do not say. */
export const refine = (document: Document): Document => {
  const bodies = bodiesOf(document.paths)
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => [name, bodies.has(name) ? schema : open(schema)] as const
  )
  return {
    ...document,
    paths: Object.fromEntries(
      Object.entries(document.paths).map(([path, item]) => [
        path,
        mapObjects(item, (object) => openAnswers(numberLimits(object)))
      ])
    ),
    components: { ...document.components, schemas: Object.fromEntries(schemas) }
  }
}
