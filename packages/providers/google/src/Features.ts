import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const api = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** What a product may offer on a Google account, with the narrowest scopes that serve it. */
export const features: ProviderManifest["features"] = [
  { id: "google.calendar.read", title: "Show your Google calendar", scopes: [api("calendar.readonly")] },
  { id: "google.calendar.write", title: "Plan in your Google calendar", scopes: [api("calendar.events")] },
  { id: "google.mail.read", title: "Show your Gmail messages", scopes: [api("gmail.readonly")] },
  { id: "google.mail.send", title: "Send mail from your Gmail address", scopes: [api("gmail.send")] },
  { id: "google.drive.files", title: "Work with files you choose in Google Drive", scopes: [api("drive.file")] },
  { id: "google.contacts.read", title: "Show your Google contacts", scopes: [api("contacts.readonly")] },
  { id: "google.tasks.write", title: "Keep your Google tasks", scopes: [api("tasks")] }
]
