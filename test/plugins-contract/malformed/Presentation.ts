import { manifest } from "../Manifest.ts"
import { secureUrl, type Malformed } from "./Malformed.ts"

export const presentation: ReadonlyArray<Malformed> = [
  [
    "does not say whether it is incremental",
    manifest({ incrementalAuthorization: undefined }),
    ["incrementalAuthorization: is missing; it must be true or false"]
  ],
  [
    "is incremental at times",
    manifest({ incrementalAuthorization: "sometimes" }),
    ["incrementalAuthorization: must be true or false"]
  ],
  [
    "returns earlier consents by true",
    manifest({ returnsEarlierConsents: true }),
    ["returnsEarlierConsents: must be never, incremental or always"]
  ],
  [
    "has a setting in capitals",
    manifest({ settings: { Tenant: { title: "Tenant", default: "common" } } }),
    ["settings.Tenant: must be named by lower-case words joined by underscores"]
  ],
  [
    "has a setting that every provider has",
    manifest({
      settings: { sensitivity: { title: "Sensitivity", default: "" }, token_endpoint: { title: "Token", default: "" } }
    }),
    [
      "settings.sensitivity: is a setting that every provider has",
      "settings.token_endpoint: is a setting that every provider has"
    ]
  ],
  [
    "has a setting without a default and a pattern that is none",
    manifest({ settings: { tenant: { title: "Tenant", pattern: "(" } } }),
    [
      "settings.tenant.default: is missing; it must be a string",
      "settings.tenant.pattern: must be a regular expression"
    ]
  ],
  [
    "has a setting whose default does not match",
    manifest({ settings: { tenant: { title: "Tenant", default: "two words", pattern: "[a-z]+" } } }),
    ["settings.tenant.default: must match the setting's own pattern"]
  ],
  [
    "has a link that is no web page",
    manifest({ links: { documentation: "ftp://acme.example/docs", manageAccess: [{ title: "Access" }] } }),
    [`links.documentation: ${secureUrl}`, `links.manageAccess.0.url: is missing; it ${secureUrl}`]
  ],
  [
    "has a colour by name, a long monogram and a logo that runs",
    manifest({
      brand: {
        color: "red",
        monogram: "ACM",
        logo: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
      }
    }),
    [
      "brand.color: must be a colour in six digits, such as #1a73e8",
      "brand.monogram: must be one or two letters or digits",
      "brand.logo: must be an SVG of at most 8 KiB of path, circle, rect and the like, without scripts, styles and references"
    ]
  ],
  [
    "has a notice of two lines",
    manifest({ notices: [{ code: "limits", text: "One\nTwo" }] }),
    ["notices.0.text: must be 1 to 500 characters of one line"]
  ],
  [
    "has a notice on a condition that is no setting",
    manifest({ notices: [{ code: "limits", text: "Limits.", onlyIf: { setting: "mode", is: "test" } }] }),
    ["notices.0.onlyIf.setting: must be among settings"]
  ],
  [
    "has a capability without a description",
    manifest({ registeredCapabilities: [{ value: "read", title: "Read", sensitivity: "basic" }] }),
    ["registeredCapabilities.0.description: is missing; it must be 1 to 500 characters of one line"]
  ],
  [
    "has a prefix of scopes that is empty",
    manifest({ scopeNames: { prefixes: [""] } }),
    ["scopeNames.prefixes.0: must not be empty"]
  ]
]
