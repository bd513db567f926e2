import type { ProviderManifest } from "@oauth-manager/provider-sdk"

/** Scopes that Microsoft's managed consent policy keeps from users of work accounts (text of January 2026). */
const administered = "In organizations an administrator may have to consent first."

/** None is restricted: Microsoft asks no assessment of the product. */
export const scopes: ProviderManifest["scopes"] = [
  { value: "openid", title: "Sign in", description: "Tells which account it is.", sensitivity: "basic" },
  { value: "profile", title: "Profile", description: "Reads the account's name.", sensitivity: "basic" },
  {
    value: "email",
    title: "E-mail address",
    description: "Reads the account's primary e-mail address.",
    sensitivity: "basic"
  },
  {
    value: "offline_access",
    title: "Access while away",
    description: "Keeps the connection working while you are not there.",
    sensitivity: "basic"
  },
  {
    value: "User.Read",
    title: "Your own profile",
    description: "Reads the profile of the account that signs in.",
    sensitivity: "basic"
  },
  {
    value: "Calendars.Read",
    title: "Read calendars",
    description: `Reads the events of your calendars. ${administered}`,
    sensitivity: "sensitive"
  },
  {
    value: "Calendars.ReadWrite",
    title: "Change calendars",
    description: `Reads, adds, changes and deletes events of your calendars. ${administered}`,
    sensitivity: "sensitive",
    implies: ["Calendars.Read"]
  },
  {
    value: "Mail.Read",
    title: "Read mail",
    description: `Reads every message of your mailbox. ${administered}`,
    sensitivity: "sensitive"
  },
  {
    value: "Mail.Send",
    title: "Send mail",
    description: "Sends messages in your name, and reads none.",
    sensitivity: "sensitive"
  },
  { value: "Files.Read", title: "Read your files", description: "Reads your own files.", sensitivity: "sensitive" },
  {
    value: "Files.ReadWrite",
    title: "Change your files",
    description: "Reads, adds, changes and deletes your own files.",
    sensitivity: "sensitive",
    implies: ["Files.Read"]
  },
  {
    value: "Files.Read.All",
    title: "Read all files",
    description: `Reads every file that you can open, those of others included. ${administered}`,
    sensitivity: "sensitive",
    implies: ["Files.Read"]
  },
  {
    value: "Files.ReadWrite.All",
    title: "Change all files",
    description: `Reads and changes every file that you can, those of others included. ${administered}`,
    sensitivity: "sensitive",
    implies: ["Files.ReadWrite", "Files.Read.All"]
  },
  {
    value: "Contacts.Read",
    title: "Read contacts",
    description: "Reads your contacts.",
    sensitivity: "sensitive"
  },
  {
    value: "Contacts.ReadWrite",
    title: "Change contacts",
    description: `Reads, adds, changes and deletes your contacts. ${administered}`,
    sensitivity: "sensitive",
    implies: ["Contacts.Read"]
  },
  {
    value: "Tasks.Read",
    title: "Read tasks",
    description: `Reads your tasks and task lists. ${administered}`,
    sensitivity: "sensitive"
  },
  {
    value: "Tasks.ReadWrite",
    title: "Change tasks",
    description: `Reads, adds, changes and deletes your tasks and task lists. ${administered}`,
    sensitivity: "sensitive",
    implies: ["Tasks.Read"]
  },
  {
    value: "Notes.Read",
    title: "Read notebooks",
    description: "Reads your OneNote notebooks.",
    sensitivity: "sensitive"
  }
]
