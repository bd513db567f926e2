import {
  classify,
  type ErrorMeaning,
  type ErrorRule,
  matches,
  type ProviderDefinition,
  type ProviderError,
  readError
} from "../index.ts"

/** What a manifest makes of an error, and which of its fields does. */
export interface Verdict {
  readonly by: "hooks.classifyError" | `errors.rules.${number}` | "RFC 6749" | undefined
  readonly means: ErrorMeaning | undefined
}

/** Statuses that mean the same everywhere, unless a rule names them. */
const speaksForItself = (status: number): boolean => status === 408 || status === 429 || status >= 500

const hooked = ({ hooks }: ProviderDefinition, error: ProviderError): ErrorMeaning | undefined => {
  try {
    return hooks?.classifyError?.(structuredClone(error))
  } catch {
    return undefined
  }
}

export const verdictOn = (definition: ProviderDefinition, error: ProviderError): Verdict => {
  const byHook = hooked(definition, error)
  if (byHook !== undefined) return { by: "hooks.classifyError", means: byHook }
  const { errors } = definition
  const isHeard = (rule: ErrorRule): boolean => rule.status !== undefined || !speaksForItself(error.status)
  const fields = readError(errors, error)
  const index = errors?.rules.findIndex((rule) => isHeard(rule) && matches(rule, error, fields)) ?? -1
  if (index >= 0) return { by: `errors.rules.${index}`, means: errors?.rules[index]?.means }
  if (speaksForItself(error.status)) return { by: undefined, means: "retry" }
  const standard = classify(errors, error)
  return { by: standard === undefined ? undefined : "RFC 6749", means: standard }
}

/** The verdict in the author's terms. */
export const told = (definition: ProviderDefinition, error: ProviderError): string => {
  const { by, means } = verdictOn(definition, error)
  if (by !== undefined) return `${by} makes ${means} of it`
  const { code } = readError(definition.errors, error)
  return code === undefined ? "no error code is found in it (errors.code)" : `no rule knows ${code}`
}
