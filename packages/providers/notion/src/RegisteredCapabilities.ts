import type { ProviderManifest } from "@oauth-manager/provider-sdk"

/** What Notion's portal settles for a connection, in place of scopes. */
export const registeredCapabilities: NonNullable<ProviderManifest["registeredCapabilities"]> = [
  {
    value: "read_content",
    title: "Read content",
    description: "Reads the pages and databases that you share.",
    sensitivity: "sensitive"
  },
  {
    value: "update_content",
    title: "Update content",
    description: "Changes the pages and databases that you share.",
    sensitivity: "sensitive"
  },
  {
    value: "insert_content",
    title: "Insert content",
    description: "Adds pages and blocks where you share.",
    sensitivity: "sensitive"
  },
  { value: "read_comments", title: "Read comments", description: "Reads comments.", sensitivity: "sensitive" },
  { value: "insert_comments", title: "Insert comments", description: "Adds comments.", sensitivity: "sensitive" },
  {
    value: "read_user_without_email",
    title: "User information without e-mail",
    description: "Reads names and pictures of the workspace's members.",
    sensitivity: "basic"
  },
  {
    value: "read_user_with_email",
    title: "User information with e-mail",
    description: "Reads names, pictures and e-mail addresses of the workspace's members.",
    sensitivity: "sensitive"
  }
]
