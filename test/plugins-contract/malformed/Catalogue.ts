import { manifest } from "../Manifest.ts"
import { type Malformed } from "./Malformed.ts"

const scope = { value: "notes", title: "Notes", description: "Reads notes.", sensitivity: "basic" }

export const catalogue: ReadonlyArray<Malformed> = [
  ["lists its scopes in text", manifest({ scopes: "profile notes" }), ["scopes: must be a list"]],
  ["lists a scope by its name alone", manifest({ scopes: ["profile"] }), ["scopes.0: must be an object"]],
  [
    "has a scope with a space",
    manifest({ scopes: [{ ...scope, value: "read notes" }], identityScopes: [], features: [] }),
    ["scopes.0.value: must be an OAuth scope: 1 to 512 printable ASCII characters without space, quote or backslash"]
  ],
  [
    "has a scope of an unknown sensitivity",
    manifest({ scopes: [{ ...scope, sensitivity: "high" }], identityScopes: [], features: [] }),
    ["scopes.0.sensitivity: must be basic, sensitive or restricted"]
  ],
  [
    "has a scope without a title",
    manifest({
      scopes: [{ value: "notes", description: "Reads notes.", sensitivity: "basic" }],
      identityScopes: [],
      features: []
    }),
    ["scopes.0.title: is missing; it must be a string that is not empty"]
  ],
  [
    "has a scope twice",
    manifest({ scopes: [scope, scope], identityScopes: [], features: [] }),
    ["scopes.1.value: is listed twice"]
  ],
  [
    "has an alias that is another scope",
    manifest({ scopes: [scope, { ...scope, value: "files", aliases: ["notes"] }], identityScopes: [], features: [] }),
    ["scopes.1.aliases.0: is also how another scope is written"]
  ],
  [
    "has a scope that implies itself",
    manifest({ scopes: [{ ...scope, implies: ["notes"] }], identityScopes: [], features: [] }),
    ["scopes.0.implies.0: must be another scope of the catalogue"]
  ],
  [
    "identifies by a scope that it does not list",
    manifest({ identityScopes: ["openid"] }),
    ["identityScopes.0: must be among scopes"]
  ],
  [
    "has a feature that begins otherwise",
    manifest({ features: [{ id: "notes", title: "Notes", scopes: ["notes"] }] }),
    ["features.0.id: must begin with acme."]
  ],
  [
    "has a feature in capitals",
    manifest({ features: [{ id: "acme.Notes", title: "Notes", scopes: ["notes"] }] }),
    ["features.0.id: must be lower-case words joined by dots"]
  ],
  [
    "has a feature with an unknown scope and no title",
    manifest({ features: [{ id: "acme.files", title: "", scopes: ["files"] }] }),
    ["features.0.title: must not be empty"]
  ],
  [
    "has a feature with an unknown scope",
    manifest({ features: [{ id: "acme.files", title: "Files", scopes: ["files"] }] }),
    ["features.0.scopes.0: must be among scopes"]
  ],
  [
    "has a feature without scopes",
    manifest({ features: [{ id: "acme.notes", title: "Notes", scopes: [] }] }),
    ["features.0.scopes: must name at least one scope, since the provider has some"]
  ],
  [
    "has a feature twice",
    manifest({
      features: [
        { id: "acme.notes", title: "Notes", scopes: ["notes"] },
        { id: "acme.notes", title: "Notes", scopes: ["notes"] }
      ]
    }),
    ["features.1.id: is listed twice"]
  ]
]
