import { Schema } from "effect"

/** Text that people wrote or will read: short, and nothing that logs, databases or browsers would trip over. */
export const text = (maximum: number) =>
  Schema.String.check(
    Schema.makeFilter(
      (value) =>
        (value.length >= 1 && value.length <= maximum && !/\p{Cc}|\p{Cs}/u.test(value))
        || `must be 1 to ${maximum} characters without control characters`
    )
  )
