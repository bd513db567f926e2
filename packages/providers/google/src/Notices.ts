import type { ProviderManifest } from "@oauth-manager/provider-sdk"

export const notices: NonNullable<ProviderManifest["notices"]> = [
  {
    code: "unverified_product",
    text: "Until Google has verified the product, at most 100 users may ever grant it sensitive or restricted scopes."
  },
  {
    code: "restricted_scopes",
    text: "A product whose server holds restricted scopes (Gmail's messages, all of Drive) must pass Google's security assessment every year."
  },
  {
    code: "scope_classes",
    text: "Google's console says which scopes are sensitive. The classes of drive.file, contacts and tasks are given here as commonly reported: check them there."
  },
  {
    code: "testing",
    text: "The publishing status is Testing: refresh tokens end after seven days, and only listed test users can connect.",
    onlyIf: { setting: "publishing_status", is: "testing" }
  },
  {
    code: "granular_consent",
    text: "Users may untick scopes on Google's consent page, and administrators of Workspace may decide for them: look at what was granted."
  },
  {
    code: "shared_grant",
    text: "Revoking ends everything the person ever granted to any client of the same Google Cloud project, YouTube included. Give plugins projects of their own to keep them apart."
  },
  {
    code: "refresh_token_limit",
    text: "Google keeps 100 refresh tokens for one account and client, and silently drops the oldest."
  },
  {
    code: "password_change",
    text: "When the password changes, grants with Gmail's scopes end."
  },
  {
    code: "unused_client",
    text: "Google deletes clients that were not used for six months; they can be restored for 30 days."
  }
]
