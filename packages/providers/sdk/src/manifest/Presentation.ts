import { Sensitivity } from "@oauth-manager/domain"
import { Schema } from "effect"
import { Condition } from "./Settings.ts"
import { Code, Line, Url } from "./Text.ts"

const Link = Schema.Struct({ title: Line, url: Url })

export const Links = Schema.Struct({
  /** For developers of the product. */
  documentation: Schema.optionalKey(Url),
  /** Where users see and withdraw what they granted. */
  manageAccess: Schema.optionalKey(Schema.Array(Link)),
  /** Where an administrator consents for an organization; `{client_id}`, `{redirect_uri}` and `{scope}` are filled in. */
  adminConsent: Schema.optionalKey(Url)
})

const shape =
  /<(path|circle|ellipse|rect|line|polygon|polyline|g)( [a-z][a-z-]*="[^"<>&]*")*( ?\/>|>)|<\/(path|circle|ellipse|rect|line|polygon|polyline|g)>/y
const root = /^<svg( (xmlns="http:\/\/www\.w3\.org\/2000\/svg"|(viewBox|width|height|fill|role)="[^"<>&]*"))+>/
const forbidden = / (on[a-z]+|style|href|class|id|clip-path|mask|filter)=|url\(|javascript:/i

/** Shapes alone, so that a page may put it among its own elements. */
const isHarmlessSvg = (value: string): boolean => {
  const head = root.exec(value)?.[0]
  if (head === undefined || !value.endsWith("</svg>") || value.length > 8192 || forbidden.test(value)) return false
  const inner = value.slice(head.length, -"</svg>".length)
  shape.lastIndex = 0
  while (shape.lastIndex < inner.length) if (!shape.test(inner)) return false
  return true
}

export const Brand = Schema.Struct({
  color: Schema.String.check(
    Schema.isPattern(/^#[0-9A-Fa-f]{6}$/, { message: "must be a colour in six digits, such as #1a73e8" })
  ),
  /** What to show where there is no logo. */
  monogram: Schema.String.check(
    Schema.isPattern(/^[\p{L}\p{N}]{1,2}$/u, { message: "must be one or two letters or digits" })
  ),
  /** An SVG of shapes alone; only where the licence lets every product show it. */
  logo: Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter(
        (value) =>
          isHarmlessSvg(value)
          || "must be an SVG of at most 8 KiB of path, circle, rect and the like, without scripts, styles and references"
      )
    )
  )
})

/** What the product's registration at the provider permits, where that is settled there and not by scopes. */
export const RegisteredCapability = Schema.Struct({
  value: Code,
  title: Line,
  description: Line,
  sensitivity: Sensitivity
})

/** What operators and developers should know before it surprises them. */
export const Notice = Schema.Struct({ code: Code, text: Line, onlyIf: Schema.optionalKey(Condition) })
export type Notice = typeof Notice.Type
