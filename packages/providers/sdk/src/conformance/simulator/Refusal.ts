import { classify, type ErrorPlace, type ErrorMeaning, type JsonObject, type ProviderDefinition } from "../../index.ts"
import type { DocumentedError, Options } from "../Options.ts"
import { type Answer, json } from "./Answer.ts"
import { errorBody, errorStatus } from "./ErrorShape.ts"
import type { Simulation } from "./Simulation.ts"

type Wanted = ReadonlyArray<ErrorMeaning>

const documented = (
  place: ErrorPlace,
  wanted: Wanted,
  { documentedErrors = [] }: Options
): DocumentedError | undefined => documentedErrors.find(({ at, means }) => at === place && wanted.includes(means))

const ruled = ({ errors }: ProviderDefinition, place: ErrorPlace, wanted: Wanted) => {
  const rule = errors?.rules.find(({ at, means }) => wanted.includes(means) && (at === undefined || at.includes(place)))
  const body = errorBody(errors, {
    code: rule?.error?.[0],
    suberror: rule?.suberror?.[0],
    number: rule?.numbers?.[0],
    description: rule?.description?.[0]
  })
  return { status: rule?.status?.[0] ?? errorStatus(errors), body }
}

/** How the provider refuses a code or a refresh token that is none, or none any more. */
export const refusalOf = (
  truth: ProviderDefinition,
  place: "exchange" | "refresh",
  options: Options
): { readonly status: number; readonly body: JsonObject } => {
  const wanted: Wanted = ["restart_flow", "reauthorize"]
  const known = documented(place, wanted, options)
  if (known !== undefined) return { status: known.status ?? errorStatus(truth.errors), body: known.body }
  const standard = {
    status: errorStatus(truth.errors),
    body: errorBody(truth.errors, { code: "invalid_grant" }, place)
  }
  const meaning = classify(truth.errors, { place, ...standard })
  return meaning !== undefined && wanted.includes(meaning) ? standard : ruled(truth, place, wanted)
}

export const refusal = ({ options, truth }: Simulation, place: "exchange" | "refresh"): Answer => {
  const { body, status } = refusalOf(truth, place, options)
  return json(body, status)
}
