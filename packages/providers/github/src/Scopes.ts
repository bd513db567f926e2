import type { ProviderManifest } from "@oauth-manager/provider-sdk"

/** GitHub leaves out of its answers what another granted scope implies. */
export const scopes: ProviderManifest["scopes"] = [
  { value: "read:user", title: "Profile", description: "Reads the account's profile.", sensitivity: "basic" },
  {
    value: "user:email",
    title: "E-mail addresses",
    description: "Reads the account's addresses.",
    sensitivity: "basic"
  },
  {
    value: "public_repo",
    title: "Public repositories",
    description: "Reads and changes the account's public repositories.",
    sensitivity: "sensitive"
  },
  {
    value: "repo",
    title: "All repositories",
    description: "Reads and changes every repository that the account can, private ones included.",
    sensitivity: "sensitive",
    implies: ["public_repo"]
  },
  { value: "gist", title: "Gists", description: "Adds and changes gists.", sensitivity: "sensitive" }
]
