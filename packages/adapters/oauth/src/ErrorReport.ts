import { type ErrorPlace, type ProviderDefinition, readError } from "@oauth-manager/provider-sdk"
import { Effect, Option } from "effect"
import { toError } from "./ErrorClassification.ts"
import * as ErrorCodes from "./ErrorCodes.ts"
import type { ProviderResponse } from "./ProviderHttp.ts"

const mostNumbers = 5

/**
 * Tells the operator of a refusal that nobody knows the meaning of. Its text may quote a token: besides a code that the
 * plugin or a standard names there are only numbers from it, where the plugin says that they stand.
 */
export const unknownError = (definition: ProviderDefinition, place: ErrorPlace, response: ProviderResponse) => {
  const { code, numbers } = readError(definition.errors, toError(place, response))
  return Effect.logWarning("a provider refused for a reason that nobody knows").pipe(
    Effect.annotateLogs({
      provider: definition.id,
      place,
      status: response.status,
      ...Option.match(ErrorCodes.recordable(definition, code), {
        onNone: () => ({}),
        onSome: (known) => ({ code: known })
      }),
      ...(numbers.length === 0 ? {} : { numbers: numbers.slice(0, mostNumbers) })
    })
  )
}
