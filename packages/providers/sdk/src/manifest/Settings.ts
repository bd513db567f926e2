import { Schema } from "effect"
import { Code, isRegularExpression, Line } from "./Text.ts"

/**
 * A value that a deployment may choose: `PROVIDER_<ID>_<NAME>`, else the default. It takes the place of `{name}` in the
 * URLs, headers and parameters of the manifest.
 */
export const Setting = Schema.Struct({
  title: Line,
  default: Schema.String,
  /** A regular expression that the whole value must match. */
  pattern: Schema.optionalKey(
    Schema.String.check(Schema.makeFilter((value) => isRegularExpression(value) || "must be a regular expression"))
  )
})
export type Setting = typeof Setting.Type

export const Settings = Schema.Record(Schema.String, Setting).check(
  Schema.makeFilter((settings) =>
    Object.keys(settings)
      .filter((name) => !Schema.is(Code)(name))
      .map((name): Schema.FilterIssue => ({
        path: [name],
        issue: "must be named by lower-case words joined by underscores"
      }))
  )
)

/** Holds where a setting has this value. */
export const Condition = Schema.Struct({ setting: Code, is: Schema.String })
export type Condition = typeof Condition.Type
