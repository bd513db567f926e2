import type { LeaseOutcome } from "@oauth-manager/application"
import { Duration } from "effect"

/** What the function `acquire_lease` answers; trusted, as its types are those of its columns. */
export type LeaseRow =
  | { readonly outcome: "Acquired"; readonly doubtful: boolean; readonly failures: number }
  | { readonly outcome: "HeldOff"; readonly retry_in: number }
  | { readonly outcome: "Held" | "Superseded" }

export const toLeaseOutcome = (row: LeaseRow | undefined): LeaseOutcome => {
  switch (row?.outcome) {
    case "Acquired":
      return { _tag: "Acquired", inDoubt: row.doubtful, failures: row.failures }
    case "HeldOff":
      return { _tag: "HeldOff", retryIn: Duration.seconds(row.retry_in) }
    case "Held":
      return { _tag: "Held" }
    case "Superseded":
    case undefined:
      return { _tag: "Superseded" }
  }
}
