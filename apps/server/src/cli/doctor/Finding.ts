import { String } from "effect"

/** What one look has found, and what to do about it. */
export interface Finding {
  readonly check: string
  readonly status: "ok" | "warn" | "fail"
  readonly what: string
  readonly action?: string
}

export const ok = (check: string, what: string): Finding => ({ check, status: "ok", what })

export const warn = (check: string, what: string, action: string): Finding => ({ check, status: "warn", what, action })

export const fail = (check: string, what: string, action: string): Finding => ({ check, status: "fail", what, action })

/** The message of a refusal, which ends with a colon and what to do. */
export const refused = (check: string, { message }: { readonly message: string }): Finding => {
  const colon = message.lastIndexOf(": ")
  return colon === -1
    ? { check, status: "fail", what: message }
    : fail(check, message.slice(0, colon), String.capitalize(message.slice(colon + 2)))
}
