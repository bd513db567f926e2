import type { ErrorMeaning, ErrorPlace, ErrorRule, Errors, ProviderDefinition } from "../index.ts"
import { type ErrorContent, errorBody, errorStatus } from "./simulator/ErrorShape.ts"
import { verdictOn } from "./Verdict.ts"

/** An answer that one rule of a manifest is for. */
export interface Probe {
  readonly place: ErrorPlace
  readonly status: number
  readonly content: ErrorContent
  readonly means: ErrorMeaning
  /** As the author finds it: `errors.rules.3: error invalid_grant`. */
  readonly name: string
}

type Values = Readonly<
  Record<"status" | "code" | "suberror" | "number" | "description", ReadonlyArray<string | number | undefined>>
>

interface Combination extends ErrorContent {
  readonly status: number
}

const everywhere: ReadonlyArray<ErrorPlace> = ["callback", "exchange", "refresh"]
const unlisted = "conformance_unlisted"
const fields = ["status", "code", "suberror", "number", "description"] as const
const namesOf = { status: "status", code: "error", suberror: "suberror", number: "number", description: "description" }

const valuesOf = (errors: Errors | undefined, rule: ErrorRule, place: ErrorPlace): Values => ({
  status: place === "callback" ? [302] : (rule.status ?? [errorStatus(errors)]),
  code: rule.error ?? [unlisted],
  suberror: rule.suberror ?? [undefined],
  number: rule.numbers ?? [undefined],
  description: rule.description ?? [undefined]
})

/** A redirect back carries a code and a description, and nothing else. */
const canOccur = ({ status, suberror }: ErrorRule, place: ErrorPlace): boolean =>
  place !== "callback" || (status === undefined && suberror === undefined)

const combinations = (values: Values): ReadonlyArray<Combination> =>
  fields.reduce<ReadonlyArray<object>>(
    (all, field) => all.flatMap((one) => values[field].map((value) => ({ ...one, [field]: value }))),
    [{}]
  ) as ReadonlyArray<Combination>

/** Which field of the manifest decides on an answer. */
const decider = (
  definition: ProviderDefinition,
  place: ErrorPlace,
  { status, ...content }: Combination
): string | undefined => {
  const { by } = verdictOn(definition, { place, status, body: errorBody(definition.errors, content, place) })
  return by === "RFC 6749" ? undefined : by
}

interface Value {
  readonly rule: ErrorRule
  readonly field: string
  readonly name: string
  readonly values: (place: ErrorPlace) => Values
}

const listedOf = (
  rule: ErrorRule
): ReadonlyArray<readonly [(typeof fields)[number], ReadonlyArray<string | number>]> => [
  ["status", rule.status ?? []],
  ["code", rule.error ?? []],
  ["suberror", rule.suberror ?? []],
  ["number", rule.numbers ?? []],
  ["description", rule.description ?? []]
]

/** Every value that the rules list, each with the answers that it can stand in. */
const listedValues = ({ errors }: ProviderDefinition): ReadonlyArray<Value> =>
  (errors?.rules ?? []).flatMap((rule, index) =>
    listedOf(rule).flatMap(([field, listed]) =>
      listed.map((value) => ({
        rule,
        field: `errors.rules.${index}`,
        name: `errors.rules.${index}: ${namesOf[field]} ${value}`,
        values: (place: ErrorPlace): Values => {
          const all = valuesOf(errors, rule, place)
          return field === "status" && place === "callback" ? all : { ...all, [field]: [value] }
        }
      }))
    )
  )

const placesOf = ({ refreshTokens }: ProviderDefinition, { at }: ErrorRule): ReadonlyArray<ErrorPlace> =>
  (at ?? everywhere).filter((place) => place !== "refresh" || refreshTokens !== false)

interface Reach {
  readonly place: ErrorPlace
  readonly combination: Combination | undefined
  readonly deciders: ReadonlyArray<string>
}

const reach = (definition: ProviderDefinition, { field, rule, values }: Value): ReadonlyArray<Reach> =>
  placesOf(definition, rule).map((place) => {
    const all = canOccur(rule, place) ? combinations(values(place)) : []
    const decided = all.map((one) => [one, decider(definition, place, one)] as const)
    return {
      place,
      combination: decided.find(([, by]) => by === field)?.[0],
      deciders: [...new Set(decided.flatMap(([, by]) => (by === undefined || by === field ? [] : [by])))]
    }
  })

/** One answer for every value of every rule at every place where the rule decides on it. */
export const probes = (definition: ProviderDefinition): ReadonlyArray<Probe> =>
  listedValues(definition).flatMap((value) =>
    reach(definition, value).flatMap(({ combination, place }) => {
      if (combination === undefined) return []
      const { status, ...content } = combination
      return [{ place, status, content, means: value.rule.means, name: value.name }]
    })
  )

const because = (deciders: ReadonlyArray<string>): string =>
  deciders.length > 0 ? `${deciders.join(", ")} decides first` : "there is no answer that it holds for"

/** Values that never count: at none of the places of their rule, or not at one that the rule names. */
export const unreachable = (definition: ProviderDefinition): ReadonlyArray<string> =>
  listedValues(definition).flatMap((value) => {
    const places = reach(definition, value)
    const dead = places.filter(({ combination }) => combination === undefined)
    const isNamed = value.rule.at !== undefined
    if (dead.length === 0 || (!isNamed && dead.length < places.length)) return []
    const deciders = [...new Set(dead.flatMap((one) => one.deciders))]
    return [`${value.name} can never match at ${dead.map(({ place }) => place).join(", ")}: ${because(deciders)}`]
  })
