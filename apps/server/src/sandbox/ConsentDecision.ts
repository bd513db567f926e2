import { Result } from "effect"
import { isSandboxAccount, type SandboxAccount } from "./SandboxAccount.ts"
import * as SandboxScopes from "./SandboxScopes.ts"

export type ConsentDecision =
  | { readonly _tag: "Denied" }
  | {
      readonly _tag: "Allowed"
      readonly account: SandboxAccount
      readonly granted: ReadonlyArray<string>
      readonly refused: ReadonlyArray<string>
    }

/**
 * Reads the consent form: `decision` (allow or deny), `account`, and `scope` once for each scope left ticked.
 * A form without any `scope` field grants all that was requested; the page itself always sends one, if only empty.
 */
export const parse = (
  form: URLSearchParams,
  requested: ReadonlyArray<string>
): Result.Result<ConsentDecision, string> => {
  const decision = form.get("decision")
  if (decision === "deny") return Result.succeed({ _tag: "Denied" })
  if (decision !== "allow") return Result.fail("Choose Allow or Deny.")
  const account = form.get("account")?.trim()
  if (!isSandboxAccount(account)) {
    return Result.fail("An account name has 1 to 64 characters of a-z, 0-9, dot, dash and underscore.")
  }
  const ticked = form.has("scope") ? form.getAll("scope") : requested
  const isGranted = (scope: string) => !SandboxScopes.isOptional(scope) || ticked.includes(scope)
  return Result.succeed({
    _tag: "Allowed",
    account,
    granted: requested.filter(isGranted),
    refused: requested.filter((scope) => !isGranted(scope))
  })
}
