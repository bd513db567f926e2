import type { ProviderManifest } from "@oauth-manager/provider-sdk"

/** What a product may offer on a Microsoft account, with the narrowest scopes that serve it. */
export const features: ProviderManifest["features"] = [
  { id: "microsoft.calendar.read", title: "Show your Outlook calendar", scopes: ["Calendars.Read"] },
  { id: "microsoft.calendar.write", title: "Plan in your Outlook calendar", scopes: ["Calendars.ReadWrite"] },
  { id: "microsoft.mail.read", title: "Show your Outlook messages", scopes: ["Mail.Read"] },
  { id: "microsoft.mail.send", title: "Send mail from your Outlook address", scopes: ["Mail.Send"] },
  { id: "microsoft.files.read", title: "Show your OneDrive files", scopes: ["Files.Read"] },
  { id: "microsoft.files.write", title: "Work with your OneDrive files", scopes: ["Files.ReadWrite"] },
  { id: "microsoft.contacts.read", title: "Show your Outlook contacts", scopes: ["Contacts.Read"] },
  { id: "microsoft.contacts.write", title: "Keep your Outlook contacts", scopes: ["Contacts.ReadWrite"] },
  { id: "microsoft.tasks.read", title: "Show your To Do tasks", scopes: ["Tasks.Read"] },
  { id: "microsoft.tasks.write", title: "Keep your To Do tasks", scopes: ["Tasks.ReadWrite"] },
  { id: "microsoft.notes.read", title: "Show your OneNote notebooks", scopes: ["Notes.Read"] }
]
